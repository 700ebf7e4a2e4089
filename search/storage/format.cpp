// One row a step of migration.
#include "search/storage/format.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>

#include "space/error.hpp"

namespace antigrad::search {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHead = "antigrad run ";

Json attribute(int study_id, const std::string& name, Json value) {
  return {{"op_code", 3}, {"study_id", study_id}, {"system_attr", {{name, std::move(value)}}}};
}

/// From before versions: Optuna's pages called the value "Objective Value".
std::vector<Json> from_0(const StoredStudy& study) {
  if (study.system_attrs.contains("study:metric_names")) return {};
  std::vector<std::string> names{"score"};
  for (std::size_t i = 1; i < study.directions.size(); ++i)
    names.push_back(fmt::format("objective {}", i + 1));
  return {attribute(study.id, "study:metric_names", names)};
}

using Step = std::vector<Json> (*)(const StoredStudy&);
constexpr std::array<Step, kStudyFormat> kSteps{from_0};  // [i]: from version i to i + 1

[[noreturn]] void refuse_newer(const std::string& where, const std::string& what, int got,
                               int known) {
  throw space::Error(
      {where, 0, 0},
      fmt::format("{} was written by a newer antigrad: version {} of the format, this one knows "
                  "versions up to {}; nothing was changed; go on with the newer antigrad",
                  what, got, known));
}

int run_format(const std::string& folder) {
  const std::string path = (fs::path(folder) / "FORMAT").string();
  std::ifstream in(path, std::ios::binary);
  if (!in) return 0;
  std::string line;
  std::getline(in, line);
  int version = -1;
  const std::string_view head = kHead;
  if (line.empty()) return 0;  // cut off when the disk was full
  if (line.starts_with(head))
    std::from_chars(line.data() + head.size(), line.data() + line.size(), version);
  if (version < 0)
    throw space::Error({path, 1, 1}, fmt::format("expected \"{}{}\", got \"{}\"", kHead, kRunFormat,
                                                 line.substr(0, 60)));
  return version;
}

}  // namespace

int format_of(const StoredStudy& study) {
  const auto at = study.system_attrs.find(kFormatAttribute);
  if (at == study.system_attrs.end()) return 0;
  if (at->is_number_integer() && *at >= 0 && *at < 1'000'000) return at->get<int>();
  throw space::Error(fmt::format("study \"{}\": {} is no version of a format: {}", study.name,
                                 kFormatAttribute, to_text(*at).substr(0, 40)));
}

void demand_known_format(const StoredStudy& study, const std::string& file) {
  const int version = format_of(study);
  if (version > kStudyFormat)
    refuse_newer(file, fmt::format("the study \"{}\"", study.name), version, kStudyFormat);
}

Json format_record(int study_id) { return attribute(study_id, kFormatAttribute, kStudyFormat); }

std::vector<Json> migration(const StoredStudy& study) {
  std::vector<Json> records;
  const int version = format_of(study);
  for (int v = version; v < kStudyFormat; ++v)
    for (Json& record : kSteps[static_cast<std::size_t>(v)](study))
      records.push_back(std::move(record));
  if (version < kStudyFormat) records.push_back(format_record(study.id));
  return records;
}

void demand_known_run(const std::string& folder) {
  const int version = run_format(folder);
  if (version > kRunFormat) refuse_newer(folder, "the run", version, kRunFormat);
}

void mark_run(const std::string& folder) {
  demand_known_run(folder);
  if (run_format(folder) == kRunFormat) return;
  const std::string path = (fs::path(folder) / "FORMAT").string();
  std::ofstream out(path, std::ios::binary);
  out << kHead << kRunFormat << '\n';
  if (!out.flush())
    throw space::Error({path, 0, 0},
                       "cannot write the run directory; is the disk full, or the folder "
                       "read-only? nothing was lost: go on when it can be written");
}

}  // namespace antigrad::search
