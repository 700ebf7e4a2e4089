// What a command prints on stdout: rows under named columns, as an aligned table for people, as
// JSON or as CSV for programs.
#pragma once
#include <string>
#include <vector>

#include "search/storage/json.hpp"

namespace antigrad::app {

enum class Format { table, json, csv };

/// Cells are text, numbers (non-finite ones too), booleans, lists of those, or null for "nothing
/// there".
class Listing {
 public:
  explicit Listing(std::vector<std::string> columns);
  /// One cell a column; throws std::invalid_argument otherwise.
  void add(std::vector<search::Json> cells);
  /// table: numbers with four significant digits, right-aligned. json: a list of objects, every
  /// digit kept. csv: RFC 4180 with a header.
  std::string text(Format format) const;

 private:
  std::string table() const;
  std::string csv() const;

  std::vector<std::string> columns_;
  std::vector<std::vector<search::Json>> rows_;
};

/// Facts about one thing: a line a field in a table, one object in JSON, "field,value" in CSV.
class Facts {
 public:
  void add(std::string field, search::Json value);
  std::string text(Format format) const;
  /// Every text under its field's name, for texts of many lines.
  std::string blocks() const;
  friend Facts operator+(Facts a, const Facts& b);

 private:
  std::vector<std::pair<std::string, search::Json>> facts_;
};

/// On stdout. Throws space::Error when it is closed.
void print(const std::string& text);

}  // namespace antigrad::app
