// Cells by commas, quotes doubled inside quotes.
#include "search/evidence/csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "space/error.hpp"

namespace antigrad::search {

Csv::Csv(std::string_view text, std::string file) : rest_(text), file_(std::move(file)) {
  do {
    names_ = next_line();
  } while (names_[0].starts_with('#') && !rest_.empty());
}

bool Csv::next() {
  if (rest_.empty()) return false;
  cells_ = next_line();
  if (cells_.size() != names_.size())
    fail(fmt::format("expected {} cells, got {}", names_.size(), cells_.size()));
  return true;
}

const std::string& Csv::text(const char* column) const {
  const auto at = std::ranges::find(names_, column);
  if (at == names_.end()) fail(fmt::format("expected a column \"{}\"", column));
  return cells_[static_cast<std::size_t>(at - names_.begin())];
}

double Csv::number(const char* column) const {
  const std::string& cell = text(column);
  double value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc{} || end != cell.data() + cell.size())
    fail(fmt::format("column \"{}\": expected a number, got \"{}\"", column, cell));
  return value;
}

void Csv::fail(const std::string& what) const { throw space::Error({file_, line_, 0}, what); }

std::vector<std::string> Csv::next_line() {
  ++line_;
  std::vector<std::string> cells(1);
  bool quoted = false;
  std::size_t i = 0;
  for (; i < rest_.size() && (quoted || rest_[i] != '\n'); ++i) {
    const char c = rest_[i];
    if (c == '"') {
      const bool twice = quoted && i + 1 < rest_.size() && rest_[i + 1] == '"';
      if (twice) cells.back() += rest_[++i];
      if (!twice) quoted = !quoted;
    } else if (c == ',' && !quoted) {
      cells.emplace_back();
    } else if (c != '\r') {
      cells.back() += c;
    }
  }
  rest_.remove_prefix(std::min(i + 1, rest_.size()));
  return cells;
}

}  // namespace antigrad::search
