// One commit; a new journal gets its name when it is whole.
#include "search/service/import.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "search/service/store.hpp"
#include "search/storage/sql_exchange.hpp"
#include "space/error.hpp"

namespace antigrad::search {
namespace {

void append(const std::string& path, std::span<const StoredStudy> studies, bool replace) {
  Store store(path);
  store.commit([&](const View& view) {
    std::vector<Entry> entries;
    for (const StoredStudy& study : studies) {
      const StoredStudy* const there = view.journal.state().find(study.name);
      if (there == nullptr) continue;
      if (!replace)
        throw space::Error({path, 0, 0},
                           fmt::format("the journal has a study \"{}\" already; --overwrite "
                                       "replaces it, or --storage names another journal",
                                       study.name));
      entries.push_back(store.entry({{"op_code", 1}, {"study_id", there->id}}));
    }
    for (Json& record : records_of(studies, view.journal.state().study_count))
      entries.push_back(store.entry(std::move(record)));
    return entries;
  });
}

}  // namespace

void import_studies(const std::string& path, std::span<const StoredStudy> studies, bool replace) {
  if (std::filesystem::exists(path)) return append(path, studies, replace);
  const std::string part = fmt::format("{}.importing-{}", path, ::getpid());
  const auto discard = [&] {
    std::error_code gone;  // it may never have been made
    std::filesystem::remove(part, gone);
  };
  try {
    append(part, studies, replace);
  } catch (const space::Error&) {
    discard();
    throw;
  }
  const bool named = ::link(part.c_str(), path.c_str()) == 0;  // never over another file
  const std::string reason = std::strerror(errno);
  discard();
  if (!named) throw space::Error({path, 0, 0}, "cannot make the journal: " + reason);
}

}  // namespace antigrad::search
