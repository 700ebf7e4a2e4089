// Tables, JSON and CSV from the same cells.
#include "experiments/app/listing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <stdexcept>

#include "space/error.hpp"

namespace antigrad::app {
namespace {

using search::Json;

// For people: four digits.
std::string for_people(const Json& cell) {
  if (cell.is_null()) return "-";
  if (cell.is_string()) return cell.get<std::string>();
  if (cell.is_number_float()) return fmt::format("{:.4g}", cell.get<double>());
  if (cell.is_array()) {
    std::vector<std::string> parts;
    for (const Json& item : cell) parts.push_back(for_people(item));
    return fmt::format("{}", fmt::join(parts, ", "));
  }
  return cell.dump();
}

std::string for_csv(const Json& cell) {
  std::string text = cell.is_null()     ? ""
                     : cell.is_string() ? cell.get<std::string>()
                                        : search::to_text(cell);
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  for (std::size_t at = 0; (at = text.find('"', at)) != std::string::npos; at += 2)
    text.insert(at, 1, '"');
  return '"' + text + '"';
}

// Columns on a screen: UTF-8 characters, none of which is wide here.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t width, bool right) {
  const std::string space(width - std::min(width, width_of(text)), ' ');
  return right ? space + text : text + space;
}

}  // namespace

Listing::Listing(std::vector<std::string> columns) : columns_(std::move(columns)) {}

void Listing::add(std::vector<Json> cells) {
  if (cells.size() != columns_.size()) {
    throw std::invalid_argument(
        fmt::format("a row of {} cells under {} columns", cells.size(), columns_.size()));
  }
  rows_.push_back(std::move(cells));
}

std::string Listing::table() const {
  std::vector<std::size_t> widths;
  std::vector<bool> right;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    widths.push_back(width_of(columns_[i]));
    right.push_back(!rows_.empty());
    for (const auto& row : rows_) {
      widths[i] = std::max(widths[i], width_of(for_people(row[i])));
      if (!row[i].is_number() && !row[i].is_null()) right[i] = false;
    }
  }
  std::string text;
  const auto line = [&](const auto& cell) {
    std::string joined;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      joined += (i == 0 ? "" : "  ") + padded(cell(i), widths[i], right[i]);
    }
    text += joined.erase(joined.find_last_not_of(' ') + 1) + '\n';
  };
  line([&](std::size_t i) { return columns_[i]; });
  for (const auto& row : rows_) line([&](std::size_t i) { return for_people(row[i]); });
  return text;
}

std::string Listing::csv() const {
  std::string text;
  const auto line = [&](const auto& cells) {
    for (std::size_t i = 0; i < columns_.size(); ++i)
      text += (i == 0 ? "" : ",") + for_csv(cells[i]);
    text += "\r\n";
  };
  line(columns_);
  for (const auto& row : rows_) line(row);
  return text;
}

std::string Listing::text(Format format) const {
  if (format == Format::table) return table();
  if (format == Format::csv) return csv();
  std::string text = "[";
  for (const auto& row : rows_) {
    text += text.size() == 1 ? "\n {" : ",\n {";
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      text += (i == 0 ? "" : ", ") + search::to_text(columns_[i]) + ": " + search::to_text(row[i]);
    }
    text += "}";
  }
  return text + "\n]\n";
}

void Facts::add(std::string field, Json value) {
  facts_.emplace_back(std::move(field), std::move(value));
}

std::string Facts::text(Format format) const {
  if (format == Format::csv) {
    Listing listing({"field", "value"});
    for (const auto& [field, value] : facts_) listing.add({field, value});
    return listing.text(format);
  }
  std::size_t width = 0;
  for (const auto& fact : facts_) width = std::max(width, width_of(fact.first));
  std::string text = format == Format::json ? "{" : "";
  for (const auto& [field, value] : facts_) {
    if (format == Format::json) {
      text += (text.size() == 1 ? "\n " : ",\n ") + search::to_text(field) + ": " +
              search::to_text(value);
    } else {
      text += padded(field, width, false) + "  " + for_people(value) + '\n';
    }
  }
  return format == Format::json ? text + "\n}\n" : text;
}

std::string Facts::blocks() const {
  std::string text;
  for (const auto& [field, value] : facts_) text += '\n' + field + ":\n" + value.get<std::string>();
  return text;
}

Facts operator+(Facts a, const Facts& b) {
  a.facts_.insert(a.facts_.end(), b.facts_.begin(), b.facts_.end());
  return a;
}

void print(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    throw space::Error("cannot write to stdout");
  }
}

}  // namespace antigrad::app
