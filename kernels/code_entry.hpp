// A file of the code cache: what code was made of, and the code, with a checksum in front.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace antigrad::kernels {

/// What code is a function of.
struct CacheKey {
  std::string text;      // the source, or the compiler's own form of it
  std::string target;    // processor and options
  std::string compiler;  // name and version
  bool operator==(const CacheKey&) const = default;
};

/// One text for a key, and no other key's.
std::string joined(const CacheKey& key);

/// The name of a key's file, from its joined text: a hash, "<32 hexadecimal digits>.code".
std::string entry_name(std::string_view joined_key);
constexpr const char* kEntrySuffix = ".code";

/// Magic, lengths and checksum; the file is this, the joined key, the code. The checksum finds
/// damage, not forgery.
std::string entry_head(std::string_view joined_key, std::string_view code);

/// The two parts of a file, views into `bytes`; nullopt for what is no whole entry.
struct EntryParts {
  std::string_view key, code;
};
std::optional<EntryParts> entry_parts(std::string_view bytes);

/// The reverse of joined(); nullopt for what it never wrote.
std::optional<CacheKey> key_of(std::string_view joined_key);

}  // namespace antigrad::kernels
