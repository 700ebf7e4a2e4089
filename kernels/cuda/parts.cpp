#include "kernels/cuda/parts.hpp"

#include <sstream>
#include <stdexcept>
#include <vector>

namespace antigrad::kernels {

extern const char* const kCudaExtentText;  // extent.hpp
extern const char* const kCudaDeviceText;  // device.cuh

namespace {

struct Part {
  std::string name;
  std::vector<std::string> needs;
  std::string text;
};

/// "//@ name: need need" opens a part; what stands before the first is the file's own comment.
void split(const std::string& text, std::vector<Part>& parts) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("//@ ")) {
      const auto colon = line.find(':');
      parts.push_back({line.substr(4, colon - 4), {}, ""});
      std::istringstream needs(line.substr(colon + 1));
      for (std::string need; needs >> need;) parts.back().needs.push_back(need);
    } else if (!parts.empty()) {
      parts.back().text += line + "\n";
    }
  }
}

}  // namespace

std::string cuda_parts(const std::set<std::string>& names) {
  std::vector<Part> parts;
  split(kCudaExtentText, parts);
  split(kCudaDeviceText, parts);
  std::set<std::string> wanted = names;
  std::string text;
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {  // needs stand before
    if (wanted.erase(part->name) == 0) continue;
    wanted.insert(part->needs.begin(), part->needs.end());
    text.insert(0, part->text);
  }
  if (!wanted.empty()) throw std::logic_error("device.cuh has no part \"" + *wanted.begin() + "\"");
  return text;
}

}  // namespace antigrad::kernels
