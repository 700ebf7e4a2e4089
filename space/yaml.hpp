// Strict YAML behind one file (yaml-cpp): duplicate and unknown keys, wrong types, octal-looking
// numbers and yes/no are errors with file, line and column, never silently accepted.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "space/error.hpp"

namespace antigrad::space {

/// A node of a YAML document that remembers where it stands. A view: cheap to copy, keeps the
/// document alive.
class Yaml {
 public:
  static Yaml load_file(const std::string& path);  // throws Error: cannot read, does not parse
  static Yaml parse(std::string_view text,
                    const std::string& name = "<text>");  // `name` stands for the file in errors

  bool is_map() const;
  bool is_list() const;
  bool is_scalar() const;
  Where where() const;
  [[noreturn]] void fail(const std::string& message) const;  // Error at this node

  // Maps. at: the key must be there (Error otherwise).
  Yaml at(std::string_view key) const;
  bool has(std::string_view key) const;
  std::vector<std::string> keys() const;
  void allow(const std::vector<std::string>& keys)
      const;  // Error (with a suggestion) for a key that is not listed

  std::vector<Yaml> items() const;  // a list's items; Error when not a list

  /// The node on one line, comments and layout left out: equal for two texts that differ in those
  /// alone.
  std::string flow() const;

  // Scalars, with the expected type in the error.
  // text refuses plain yes, no, on, off, true, false and null: in quotes they are text. number and
  // integer refuse quotes, leading zeros (010), hexadecimal and 1_000.
  std::string text() const;
  double number() const;  // finite
  std::int64_t integer() const;
  std::int64_t integer(std::int64_t lo, std::int64_t hi) const;  // Error when outside [lo, hi]
  double number(double lo, double hi) const;
  bool boolean() const;  // true or false only

  // Optional entries of a map.
  std::string text_or(std::string_view key, const std::string& fallback) const;
  double number_or(std::string_view key, double fallback) const;
  std::int64_t integer_or(std::string_view key, std::int64_t fallback) const;
  bool boolean_or(std::string_view key, bool fallback) const;

 private:
  struct Document;
  std::shared_ptr<const Document> document_;
  std::shared_ptr<void> node_;
};

/// The index in `text` of a node of it, by line and column.
std::size_t offset_of(const Where& where, std::string_view text);

}  // namespace antigrad::space
