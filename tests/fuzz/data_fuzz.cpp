// Readers of images and tokens: any bytes give data of the promised shape or an error that names
// the file. The first byte of an input chooses the reader, the second splits idx pairs.
#include "memory_file.hpp"
#include "space/error.hpp"
#include "target.hpp"
#include "trainer/data/image_files.hpp"
#include "trainer/data/token_files.hpp"

namespace antigrad::fuzz {
namespace {

using namespace trainer;

enum Reader : char { kDigits, kCifar10, kCifar100, kIdx, kBytes, kU16, kReaders };

void require_images(const Images& images) {
  const auto count = static_cast<std::size_t>(images.count);
  const std::size_t size = static_cast<std::size_t>(images.channels) *
                           static_cast<std::size_t>(images.height) *
                           static_cast<std::size_t>(images.width);
  require(images.count > 0 && size > 0, "no images and no error");
  require(images.pixels.size() == count * size, "pixels do not fill the images");
  require(images.labels.size() == count, "labels do not match the images");
  for (const std::int64_t label : images.labels)
    require(label >= 0 && label < images.classes, fmt::format("label {}", label));
  for (const std::uint8_t pixel : images.pixels)
    require(pixel <= images.white, fmt::format("pixel {}", pixel));
}

void require_tokens(const Tokens& tokens) {
  require(tokens.size() > 0, "no tokens and no error");
  std::vector<std::int64_t> ids(tokens.size());
  tokens.copy(0, ids);
  for (const std::int64_t id : ids)
    require(id >= 0 && id < tokens.vocabulary(), fmt::format("id {}", id));
}

Images read_pair(std::string_view bytes, unsigned split) {
  static MemoryFile images, labels;
  const std::size_t at = std::min<std::size_t>(split, bytes.size());
  return read_idx(images.with(bytes.substr(at)), labels.with(bytes.substr(0, at)));
}

void read(Reader reader, std::string_view bytes) {
  static MemoryFile file;
  switch (reader) {
    case kDigits: return require_images(read_digits(file.with(bytes)));
    case kCifar10: return require_images(read_cifar(10, {file.with(bytes)}));
    case kCifar100: return require_images(read_cifar(100, {file.with(bytes)}));
    case kIdx: {
      if (bytes.empty()) return;
      return require_images(read_pair(bytes.substr(1), static_cast<unsigned char>(bytes.front())));
    }
    case kBytes: return require_tokens(read_bytes(file.with(bytes)));
    default: return require_tokens(read_u16(file.with(bytes), 300));
  }
}

std::string idx_pair() {
  const std::string labels{0, 0, 8, 1, 0, 0, 0, 2, 3, 9};
  const std::string images{0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 10, 20, 30, 40};
  return std::string{kIdx, static_cast<char>(labels.size())} + labels + images;
}

std::string llm_c_tokens() {
  std::string text(1024, '\0');
  text.replace(0, 12, std::string{'\x48', '\xf9', '\x34', '\x01', 1, 0, 0, 0, 2, 0, 0, 0});
  return text + std::string{1, 0, 5, 1};
}

}  // namespace

std::vector<std::string> seeds() {
  std::string digits(1, kDigits);
  for (int row = 0; row < 2; ++row) {
    for (int i = 0; i < 64; ++i) digits += "16,";
    digits += "9\n";
  }
  return {digits, std::string(1, kCifar10) + std::string(3073, '\1'),
          std::string(1, kCifar100) + std::string(3074, '\2'), idx_pair(),
          std::string(1, kBytes) + "some text", std::string(1, kU16) + std::string{1, 0, 2, 1},
          std::string(1, kU16) + llm_c_tokens(),
          // "9\n" as gzip, stored: a member that every reader unpacks.
          std::string(1, kDigits) + std::string("\x1f\x8b\x08\0\0\0\0\0\0\3\1\2\0\xfd\xff", 15) +
              "9\n" + std::string("\0\0\0\0\2\0\0\0", 8)};
}

std::vector<std::string> words() {
  return {std::string("\x1f\x8b\x08\0", 4),
          std::string("\0\0\x08\1", 4),
          std::string("\0\0\x08\3", 4),
          "\xff\xff\xff\xff",
          std::string("\0\0\0\1", 4),
          ",",
          "\n",
          "\r\n",
          std::string("\x48\xf9\x34\1", 4),
          "17"};
}

void run(std::string_view input) {
  if (input.empty()) return;
  try {
    read(static_cast<Reader>(static_cast<unsigned char>(input.front()) % kReaders),
         input.substr(1));
  } catch (const space::Error& error) {
    require(!error.message().empty() && !error.where().file.empty(),
            "an error without its file: " + std::string(error.what()));
  }
}

}  // namespace antigrad::fuzz
