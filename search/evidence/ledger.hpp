// The ledger: every read of a test part, across studies. A test part that many studies have read
// says less and less; who reads it again is told.
//
// A file of JSON lines that is only appended to, one before a read and one after it with the
// result; $ANTIGRAD_LEDGER names it, else it is ~/.local/share/antigrad/ledger.
#pragma once
#include <string>
#include <vector>

namespace antigrad::search {

struct LedgerEntry {
  std::string when;        // UTC
  std::string data;        // what was read: format, path and cut, as one line
  std::string study;       // its run directory, absolute
  std::string activation;  // winner; "" for what was read with it
  std::string result;      // "" before the read is done
};

class Ledger {
 public:
  /// "": the usual place. The folder is made when something is written.
  explicit Ledger(std::string path = "");
  const std::string& path() const { return path_; }

  /// All entries in order; none where there is no file. Throws space::Error naming the line that
  /// cannot be read.
  std::vector<LedgerEntry> entries() const;
  /// Earlier reads of this data by other studies: their run directories, each once.
  std::vector<std::string> other_readers(const std::string& data, const std::string& study) const;
  /// Appends and waits for the disk; safe with several processes. Throws space::Error.
  void append(const LedgerEntry& entry) const;

 private:
  std::string path_;
};

}  // namespace antigrad::search
