#include "kernels/cuda/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "space/error.hpp"

namespace antigrad::kernels {
namespace {

// Virtual blocks whose sums a second stage adds: a few a processor of the largest GPUs, and few
// enough for one block to add.
constexpr long long kMostVirtualBlocks = 1024;
constexpr long long kChannelTasks = 1LL << 17;  // threads by channel, before they take further rows
constexpr long long kBlocksAProcessor = 32;

long long divided(long long a, long long b) { return (a + b - 1) / b; }

void check(const KernelShape& shape, const Layout& l) {
  if (l.n < 0 || l.channels < 1 || l.inner < 1 || l.n % (l.channels * l.inner) != 0)
    throw space::Error(fmt::format(
        "a tensor of {} elements has no {} channels of {} elements; expected a multiple of {}", l.n,
        l.channels, l.inner, l.channels * l.inner));
  if (shape.sharing == Sharing::layer && l.channels != 1)
    throw space::Error(fmt::format(
        "a kernel for parameters by layer got {} channels; compile it with Sharing::channel",
        l.channels));
}

unsigned bounded_blocks(long long threads, int processors) {
  return static_cast<unsigned>(
      std::min(divided(threads, kThreads), kBlocksAProcessor * processors));
}

void plan_layer(Plan& plan, const KernelShape& shape, long long groups, int processors) {
  plan.blocks = bounded_blocks(groups, processors);
  plan.extent.lanes = plan.blocks;
  if (shape.sums == 0) return;
  plan.extent.lanes = std::min(divided(groups, kThreads), kMostVirtualBlocks);
  plan.blocks = static_cast<unsigned>(plan.extent.lanes);
  plan.rows = plan.extent.lanes;
  plan.width = plan.each = 1;
}

void plan_channel(Plan& plan, const KernelShape& shape, long long group, int processors) {
  Extent& e = plan.extent;
  const long long groups = divided(e.plane, group);
  e.lanes = std::clamp(kChannelTasks / groups, 1LL, std::max(e.rows, 1LL));
  plan.blocks = e.n == 0 ? 0 : bounded_blocks(e.lanes * groups, processors);
  if (shape.sums == 0) return;
  const bool whole_groups = e.inner % group == 0;
  plan.rows = e.n == 0 ? 0 : e.lanes;
  plan.width = whole_groups ? groups : e.plane;
  plan.each = whole_groups ? e.inner / group : e.inner;
  plan.strip = plan.each < 8 ? 32 : 1;  // neighbouring threads read neighbouring numbers
}

}  // namespace

KernelShape shape_of(const space::Activation& activation, Pass pass, const CudaOptions& options) {
  const Program program = program_of(activation, pass);
  return {pass, options.type, options.sharing, static_cast<int>(activation.parameters.size()),
          program.reductions};
}

Plan plan_of(const KernelShape& shape, const Layout& layout, int processors) {
  check(shape, layout);
  const long long group = shape.type == Type::f32 ? 4 : 8;
  const long long plane = layout.channels * layout.inner;
  Plan plan;
  plan.extent = {layout.n, layout.n / plane, plane, layout.inner, layout.channels, 0};
  if (shape.sharing == Sharing::layer)
    plan_layer(plan, shape, divided(layout.n, group), processors);
  else
    plan_channel(plan, shape, group, processors);
  if (shape.sums > 0) {
    plan.workspace = static_cast<std::size_t>(shape.sums * plan.rows * plan.width);
    plan.reduce_blocks = static_cast<unsigned>(shape.sums * divided(layout.channels, plan.strip));
  }
  return plan;
}

void run_pass(const KernelShape& shape, const Plan& plan, const CudaBuffers& buffers,
              const Launch& launch) {
  if (buffers.in.size() != inputs_of(shape.pass).size() ||
      buffers.out.size() != outputs_of(shape.pass).size())
    throw std::logic_error(fmt::format("{} got {} inputs and {} outputs", to_string(shape.pass),
                                       buffers.in.size(), buffers.out.size()));
  std::vector<const void*> in(buffers.in.begin(), buffers.in.end());
  std::vector<void*> out(buffers.out.begin(), buffers.out.end());
  Extent extent = plan.extent;
  const float *theta = buffers.theta, *ggtheta = buffers.ggtheta, *partial = buffers.workspace;
  std::vector<void*> arguments;
  for (auto& p : in) arguments.push_back(&p);
  for (auto& p : out) arguments.push_back(&p);
  arguments.push_back(&extent);
  if (shape.parameters > 0) arguments.push_back(&theta);
  if (shape.parameters > 0 && shape.pass == Pass::double_backward) arguments.push_back(&ggtheta);
  if (shape.sums > 0) arguments.push_back(&partial);
  if (plan.blocks > 0) launch(to_string(shape.pass), plan.blocks, arguments.data());
  if (shape.sums == 0) return;
  float* sums = buffers.sums;
  long long rows = plan.rows, width = plan.width, each = plan.each, strip = plan.strip;
  void* second[] = {&partial, &sums, &rows, &width, &each, &extent.channels, &strip};
  launch("reduce", plan.reduce_blocks, second);
}

}  // namespace antigrad::kernels
