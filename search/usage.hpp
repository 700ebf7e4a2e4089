// What a run directory takes on the disk, and what of it may go.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "search/run_directory.hpp"

namespace antigrad::search {

/// Bytes, as files are long.
struct Usage {
  std::uint64_t journal = 0, checkpoints = 0, events = 0, pages = 0, others = 0;
  std::uint64_t total() const { return journal + checkpoints + events + pages + others; }
};

/// Folders of a run: of the trainer's checkpoints, of the winner's exports.
std::string checkpoints_of(const RunDirectory& run);
std::string kernels_of(const RunDirectory& run);

/// 0 for a folder that is not there; files may come and go meanwhile.
std::uint64_t bytes_of(const std::string& path);
Usage usage_of(const RunDirectory& run);

/// Something of a run that can be made again, or is of no use any more.
struct Removable {
  std::string path;
  std::uint64_t bytes = 0;
  std::string what;  // "checkpoint of a finished trial", ...
};

/// Checkpoints and event files of finished trials, files that a killed writer left unfinished, and
/// what `antigrad report` writes anew. Never the journal, the study, or what a running trial needs.
/// Throws space::Error for a run that cannot be read.
std::vector<Removable> removable(const RunDirectory& run);

/// Removes it. Throws space::Error for what cannot be removed.
void remove(const Removable& one);

/// "1.5 GB", decimal as disks are sold.
std::string bytes_text(std::uint64_t bytes);

}  // namespace antigrad::search
