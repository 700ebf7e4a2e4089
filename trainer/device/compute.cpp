// What libtorch keeps a thread: its stream and its autocast.
#include "trainer/device/compute.hpp"

#include <ATen/autocast_mode.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include "trainer/device/cuda_part.hpp"
#include "trainer/device/gpus.hpp"
#include "trainer/models/families.hpp"

namespace antigrad::trainer {

using c10::impl::VirtualGuardImpl;

Compute compute_of(const Task& task, const Compute& wanted) {
  const bool on_processor = task.problem.kind != ProblemSpec::Kind::supervised ||
                            task.clients.count > 0 ||
                            family_of(task.model.type).input == Family::Input::graph;
  return on_processor ? Compute{} : wanted;
}

Compute open_device(const DeviceSpec& spec, int slot) {
  Compute compute;
  compute.bf16 = spec.bf16;
  if (spec.name == DeviceSpec::Name::cpu) return compute;
  const Gpus& found = gpus();
  const Placement place = placement_of(spec, found.count, slot, found.why);
  if (place.gpu < 0) return compute;
  settle_gpu(place.gpu, place.memory);
  compute.device = at::Device(at::kCUDA, static_cast<at::DeviceIndex>(place.gpu));
  compute.stream = VirtualGuardImpl(at::kCUDA).getStreamFromGlobalPool(compute.device);
  if (spec.graphs) compute.graphs = cuda_part().make_graph;
  return compute;
}

ComputeScope::ComputeScope(const Compute& compute) {
  const c10::DeviceType type = compute.device.type();
  if (compute.stream) stream_.emplace(*compute.stream);
  if (!compute.bf16 || at::autocast::is_autocast_enabled(type)) return;
  at::autocast::set_autocast_dtype(type, at::kBFloat16);
  at::autocast::set_autocast_enabled(type, true);
  at::autocast::set_autocast_cache_enabled(false);  // weights move at every step
  cast_ = type;
}

ComputeScope::~ComputeScope() {
  if (cast_) at::autocast::set_autocast_enabled(*cast_, false);
}

bool casts(const at::Device& device) { return at::autocast::is_autocast_enabled(device.type()); }

void* stream_of(const at::Device& device) {
  if (device.type() != at::kCUDA) return nullptr;
  return VirtualGuardImpl(device.type()).getStream(device).native_handle();
}

}  // namespace antigrad::trainer
