// A tar is blocks of 512 bytes: a header, the member's bytes, zeros up to the next block.
#include "experiments/app/unpack.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <set>
#include <stdexcept>
#include <string_view>

#include "space/error.hpp"
#include "trainer/data/file_bytes.hpp"
#include "trainer/data/gzip_reader.hpp"

namespace antigrad::app {
namespace {

using Block = std::array<char, 512>;

std::string_view field(const Block& header, std::size_t begin, std::size_t size) {
  const std::string_view text(header.data() + begin, size);
  return text.substr(0, text.find('\0'));
}

/// Octal digits between blanks, as sizes and checksums are written; npos: not that.
std::size_t octal(std::string_view text) {
  std::size_t value = 0, digits = 0;
  for (const char c : text) {
    if (c == ' ') continue;
    if (c < '0' || c > '7' || ++digits > 12) return std::string_view::npos;
    value = value << 3 | static_cast<std::size_t>(c - '0');
  }
  return digits == 0 ? std::string_view::npos : value;
}

/// The sum of the header's bytes with its own field taken as blanks.
std::size_t sum_of(const Block& header) {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < header.size(); ++i)
    sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>(header[i]);
  return sum;
}

class Unpacker {
 public:
  Unpacker(const std::string& archive, const std::vector<DataFile>& files, std::string folder)
      : archive_(archive), in_(archive), files_(files), folder_(std::move(folder)) {}

  void run() {
    Block header;
    while (next(header)) {
      const std::size_t size = octal(field(header, 124, 12));
      const DataFile* wanted = find(header);
      if (wanted != nullptr && size == wanted->bytes)
        write(*wanted);
      else
        skip(size);
    }
    for (const DataFile& file : files_)
      if (!done_.contains(file.name))
        throw std::runtime_error(
            fmt::format("{} holds no {} of {} bytes; remove it and fetch it again", archive_,
                        file.name, file.bytes));
  }

 private:
  /// False at the end: a block of zeros, or no block.
  bool next(Block& header) {
    const std::size_t at = in_.position(), got = in_.read(header.data(), header.size());
    if (got == 0 || std::count(header.begin(), header.end(), '\0') == 512) return false;
    if (got < header.size() || octal(field(header, 148, 8)) != sum_of(header) ||
        octal(field(header, 124, 12)) == std::string_view::npos)
      trainer::fail_at(archive_, at, "no header of a tar archive; remove it and fetch it again");
    return true;
  }

  const DataFile* find(const Block& header) const {
    if (header[156] != '0' && header[156] != '\0') return nullptr;  // no plain file
    std::string_view name = field(header, 0, 100);
    name.remove_prefix(std::min(name.rfind('/') + 1, name.size()));
    const auto file = std::find_if(files_.begin(), files_.end(),
                                   [&](const DataFile& known) { return known.name == name; });
    return file == files_.end() ? nullptr : &*file;
  }

  /// Calls use(bytes) for the `size` bytes of a member and passes over the zeros behind them.
  template <class Use>
  void each(std::size_t size, Use use) {
    const std::size_t padded = (size + 511) / 512 * 512;
    std::vector<char> buffer(std::size_t{1} << 20);
    for (std::size_t at = 0; at < padded;) {
      const std::size_t want = std::min(buffer.size(), padded - at);
      if (in_.read(buffer.data(), want) != want)
        trainer::fail_at(archive_, in_.position(),
                         "the archive ends inside a file; remove it and fetch it again");
      use(std::string_view(buffer.data(), std::min(want, size - std::min(size, at))));
      at += want;
    }
  }

  void skip(std::size_t size) {
    each(size, [](std::string_view) {});
  }

  void write(const DataFile& file) {
    const std::string path = folder_ + "/" + file.name, part = path + ".part";
    std::ofstream out(part, std::ios::binary);
    each(file.bytes, [&](std::string_view bytes) { out << bytes; });
    out.close();
    if (!out)
      throw std::runtime_error(
          part + ": cannot write; make room or choose another folder with -O, and call this again");
    if (const std::string fault = fault_of(file, part); !fault.empty())
      throw std::runtime_error(fmt::format("{} in {}: {}", file.name, archive_, fault));
    std::filesystem::rename(part, path);
    done_.insert(file.name);
  }

  std::string archive_;
  trainer::GzipReader in_;
  const std::vector<DataFile>& files_;
  std::string folder_;
  std::set<std::string> done_;
};

}  // namespace

void unpack(const std::string& archive, const std::vector<DataFile>& files,
            const std::string& folder) {
  Unpacker(archive, files, folder).run();
}

}  // namespace antigrad::app
