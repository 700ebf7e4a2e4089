// Lines of a client: looked at one by one, then appended together.
#include "search/service/journal_door.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "search/service/budget.hpp"
#include "search/service/settings.hpp"
#include "search/storage/record_check.hpp"
#include "space/random.hpp"

namespace antigrad::search {
namespace {

std::vector<Entry> entries_of(const std::string& body) {
  std::vector<Entry> entries;
  std::size_t begin = 0;
  while (begin < body.size()) {
    const std::size_t end = std::min(body.find('\n', begin), body.size());
    const std::string_view line = std::string_view(body).substr(begin, end - begin);
    try {
      Json record = parse_record(line);
      check_record(record);
      for (const char* ours : {"antigrad_key", "antigrad_lease"})
        if (record.contains(ours)) throw space::Error(std::string(ours) + " is the server's field");
      entries.push_back({record, std::string(line)});
    } catch (const space::Error& e) {
      throw Refusal(400, "bad_record", fmt::format("line {}: {}", entries.size() + 1, e.message()));
    }
    begin = end + 1;
  }
  return entries;
}

// New trials count against the budgets of their studies, as those that are asked for.
void check_budgets(const View& view, const std::vector<Entry>& entries) {
  std::map<int, int> wanted;  // by study id
  for (const Entry& entry : entries) {
    const bool retry = entry.record.contains("system_attrs") &&
                       entry.record.at("system_attrs").contains("retry_history");
    if (entry.record.at("op_code") == 4 && !retry) ++wanted[entry.record.at("study_id").get<int>()];
  }
  for (const StoredStudy& study : view.journal.state().studies) {
    const auto settings = study.system_attrs.find(kSettingsAttribute);
    if (wanted.count(study.id) == 0 || settings == study.system_attrs.end()) continue;
    if (!settings->is_object() || !settings->value("trials", Json()).is_number_integer()) continue;
    const int most = settings->at("trials").get<int>();
    if (budget_used(study) + wanted.at(study.id) > most)
      throw Refusal(409, "budget_spent",
                    fmt::format("all {} trials of \"{}\" are given out", most, study.name));
  }
}

}  // namespace

std::string digest_of(const std::string& text) {
  return fmt::format("{:08x}", space::child_seed(text.size(), text) >> 32);
}

std::size_t append_journal(Store& store, const std::string& body, const std::string& key) {
  const std::vector<Entry> entries = entries_of(body);
  if (entries.empty()) return 0;
  const Key request{key, digest_of(body)};
  std::size_t appended = 0;
  store.commit([&](const View& view) {
    std::vector<Entry> missing = Store::missing(view, request, entries);
    check_budgets(view, missing);
    appended = missing.size();
    return missing;
  });
  return appended;
}

}  // namespace antigrad::search
