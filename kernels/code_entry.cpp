// Bytes of an entry.
#include "kernels/code_entry.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>

#include "space/random.hpp"

namespace antigrad::kernels {
namespace {

constexpr char kMagic[] = "antigrad code 1\n";
constexpr std::size_t kMagicSize = sizeof kMagic - 1;

/// In front of key and code.
struct Header {
  char magic[kMagicSize];
  std::uint64_t key_size, code_size, sum[2];
};

/// 64 bits of any bytes, eight at a time; not meant against an adversary.
std::uint64_t hash_of(std::string_view bytes, std::uint64_t seed) {
  std::uint64_t h = space::mix(seed ^ bytes.size());
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data(), 8);
    h = space::mix(h ^ word) + word;
  }
  std::uint64_t word = 0;
  if (!bytes.empty()) std::memcpy(&word, bytes.data(), bytes.size());
  return space::mix(h ^ word);
}

Header header_of(std::string_view key, std::string_view code) {
  Header h{{}, key.size(), code.size(), {}};
  std::memcpy(h.magic, kMagic, kMagicSize);
  for (std::uint64_t k = 0; k < 2; ++k) h.sum[k] = hash_of(code, hash_of(key, k + 1));
  return h;
}

/// Takes a number and its line end off the front.
std::optional<std::size_t> number_line(std::string_view& text) {
  std::size_t value = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  if (error != std::errc{} || end == last || *end != '\n') return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end + 1 - text.data()));
  return value;
}

}  // namespace

// Lengths in front, so that no two keys have the same text.
std::string joined(const CacheKey& key) {
  return fmt::format("{}\n{}\n{}\n{}{}{}", key.compiler.size(), key.target.size(), key.text.size(),
                     key.compiler, key.target, key.text);
}

std::optional<CacheKey> key_of(std::string_view joined_key) {
  std::string_view rest = joined_key;
  std::array<std::string, 3> parts;  // compiler, target, text
  std::array<std::size_t, 3> sizes{};
  for (std::size_t& size : sizes) {
    const auto read = number_line(rest);
    if (!read) return std::nullopt;
    size = *read;
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (sizes[i] > rest.size()) return std::nullopt;
    parts[i] = rest.substr(0, sizes[i]);
    rest.remove_prefix(sizes[i]);
  }
  CacheKey key{parts[2], parts[1], parts[0]};
  if (joined(key) != joined_key) return std::nullopt;
  return key;
}

std::string entry_name(std::string_view joined_key) {
  return fmt::format("{:016x}{:016x}{}", hash_of(joined_key, 3), hash_of(joined_key, 4),
                     kEntrySuffix);
}

std::string entry_head(std::string_view joined_key, std::string_view code) {
  const Header h = header_of(joined_key, code);
  return {reinterpret_cast<const char*>(&h), sizeof h};
}

std::optional<EntryParts> entry_parts(std::string_view bytes) {
  Header h;
  if (bytes.copy(reinterpret_cast<char*>(&h), sizeof h) < sizeof h) return std::nullopt;
  bytes.remove_prefix(sizeof h);
  if (h.key_size > bytes.size() || h.code_size != bytes.size() - h.key_size) return std::nullopt;
  const EntryParts parts{bytes.substr(0, h.key_size), bytes.substr(h.key_size)};
  const Header want = header_of(parts.key, parts.code);
  if (std::memcmp(&h, &want, sizeof h) != 0) return std::nullopt;
  return parts;
}

}  // namespace antigrad::kernels
