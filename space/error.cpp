// Errors as text, and the nearest known name to a misspelt one (Levenshtein distance, two rows).
#include "space/error.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace antigrad::space {
namespace {

std::string place(const Where& where) {
  std::string text = where.file;
  if (where.line > 0) {
    if (text.empty())
      text = "line ";  // "line 3:7" reads better than ":3:7"
    else
      text += ':';
    text += std::to_string(where.line);
    if (where.column > 0) text += ':' + std::to_string(where.column);
  } else if (where.column > 0) {
    if (!text.empty()) text += ": ";
    text += "column " + std::to_string(where.column);
  }
  return text.empty() ? text : text + ": ";
}

/// What quotes a megabyte of a user's text is cut in its middle.
std::string shortened(const std::string& message) {
  constexpr std::size_t kBegin = 1000, kEnd = 500;
  if (message.size() <= kBegin + kEnd) return message;
  return message.substr(0, kBegin) + " ... " + message.substr(message.size() - kEnd);
}

std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t exchange = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({exchange, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

Error::Error(Where where, const std::string& message)
    : std::runtime_error(place(where) + shortened(message)),
      where_(std::move(where)),
      message_(shortened(message)) {}

std::string did_you_mean(std::string_view got, const std::vector<std::string>& known) {
  const std::string* best = nullptr;
  std::size_t nearest = 3;
  for (const std::string& name : known) {
    const std::size_t distance = edit_distance(got, name);
    // Two edits turn any two-letter word into any other: they must leave something of the word.
    if (distance < nearest && distance < std::max(got.size(), name.size())) {
      best = &name;
      nearest = distance;
    }
  }
  return best == nullptr ? "" : " did you mean \"" + *best + "\"?";
}

}  // namespace antigrad::space
