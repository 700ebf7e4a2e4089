// Timed by the code of `bench kernels` and `bench ffn`, in fewer rounds.
#include "experiments/app/claim_tables.hpp"

#include <fmt/format.h>

#include <memory>

#include "experiments/app/bench_contest.hpp"
#include "experiments/app/bench_ffn.hpp"
#include "experiments/app/forecast.hpp"
#include "experiments/app/model_facts.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

using kernels::Tier;
using kernels::Type;
using search::claims::ReportTable;

constexpr int kRounds = 5;

const char* to_string(Type type) {
  switch (type) {
    case Type::f32: return "float32";
    case Type::f64: return "float64";
    case Type::bf16: return "bfloat16";
    case Type::f16: return "float16";
  }
  return "";
}

std::vector<std::string> row_of(const Contest& c, const std::string& back_end,
                                Timed Contest::Side::*of) {
  std::vector<std::string> row{c.name, to_string(c.type), back_end};
  for (const Contest::Side& side : c.sides)
    row.push_back(fmt::format("{:.3f}", (side.*of).least()));
  for (const Contest::Side& side : c.sides)
    row.push_back(fmt::format("{:.2f}", (side.*of).least() / side.moved.least()));
  return row;
}

}  // namespace

ReportTable networks_table(const search::StudyConfig& study) {
  ReportTable table{.id = "networks",
                    .title = "Networks",
                    .note = "Trained parameters of activations are not counted.",
                    .columns = {"task", "network"}};
  for (const trainer::Task& task : checked_tasks(study))
    table.rows.push_back({task.name, model_facts(task)});
  return table;
}

ReportTable kernels_table(const std::vector<std::string>& activations) {
  ReportTable table{
      .id = "kernels",
      .title = "Cost by data type and back-end",
      .note = fmt::format("Measured on this machine ({}), one thread, {} elements, least of {} "
                          "rounds; x of moving: against a loop that moves the same bytes.",
                          kernels::to_string(kernels::machine()), kBenchElements, kRounds),
      .columns = {"activation", "data type", "back-end", "forward, ns an element",
                  "backward, ns an element", "forward, x of moving", "backward, x of moving"}};
  const Engines engines;
  const TrainerLibrary trainer;
  BenchBuffers buffers;
  std::vector<std::unique_ptr<Contest>> contests;
  for (const std::string& name : activations)
    for (const Type type : {Type::f32, Type::bf16, Type::f16})
      for (const Tier tier : {Tier::table, Tier::llvm, Tier::interpreter}) try {
          contests.push_back(make_contest(name, type, engines, buffers, &trainer, nullptr, tier));
        } catch (const space::Error&) {  // no such back-end for it here
        }
  for (int round = 0; round < kRounds; ++round)
    for (const auto& c : contests) c->round();
  for (const auto& c : contests) {
    table.rows.push_back(row_of(*c, to_string(c->kernel->tier()), &Contest::Side::ours));
    if (c->sides[0].aten && c->kernel->tier() == Tier::interpreter)
      table.rows.push_back(row_of(*c, "libtorch", &Contest::Side::aten));
  }
  return table;
}

ReportTable skipping_table(const search::RunDirectory& run) {
  ReportTable table{
      .id = "skipping",
      .title = "Time of a feed-forward network without its weak neurons",
      .note = fmt::format("768 to 3072 to 768 in float32, one token, one thread, least of {} "
                          "rounds; the shares are those measured at CETT 0.2.",
                          20 * kRounds),
      .columns = {"neurons left out", "share", "second matrix, us", "of the dense one",
                  "whole network, of the dense one"}};
  for (const FfnTime& t : time_ffn(shares_of(run), 20 * kRounds))
    table.rows.push_back({t.left_out.what, fmt::format("{:.3f}", t.left_out.share),
                          fmt::format("{:.1f}", t.second_matrix_us),
                          fmt::format("{:.2f}", t.of_dense), fmt::format("{:.2f}", t.of_whole)});
  return table;
}

}  // namespace antigrad::app
