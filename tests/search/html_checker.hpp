// What tests ask of HTML: that it nests, that its drawings are finite, what stands in it how often.
#pragma once
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace antigrad::search {

/// "" for a document whose tags nest, whose attributes are quoted and unique, and whose text has no
/// bare & or <; else where it is not. The page is written so that it is XML but for its DOCTYPE.
inline std::string malformed(const std::string& html) {
  static const std::regex kTag(
      R"re(</?([A-Za-z][A-Za-z0-9]*)((?:\s+[A-Za-z][A-Za-z0-9:-]*="[^"<]*")*)\s*(/?)>)re",
      std::regex::optimize);
  static const std::regex kEntity(R"(&(amp|lt|gt|quot|#39);)");
  static const std::regex kName(R"re(\s([A-Za-z][A-Za-z0-9:-]*)=")re");
  std::vector<std::string> open;
  std::size_t at = html.find("<html");
  if (at == std::string::npos) return "no <html>";
  while (at < html.size()) {
    if (html[at] == '&') {
      std::smatch entity;
      const auto begin = html.begin() + static_cast<std::ptrdiff_t>(at);
      if (!std::regex_search(begin, html.end(), entity, kEntity,
                             std::regex_constants::match_continuous)) {
        return "a bare &: " + html.substr(at, 60);
      }
    }
    if (html[at] != '<') {
      ++at;
      continue;
    }
    const std::string tag = html.substr(at, html.find('>', at) - at + 1);
    std::smatch match;
    if (!std::regex_match(tag, match, kTag)) return "no tag: " + tag;
    std::set<std::string> names;
    const std::string attributes = match[2];
    for (std::sregex_iterator name(attributes.begin(), attributes.end(), kName), end; name != end;
         ++name) {
      if (!names.insert((*name)[1]).second) return "an attribute twice: " + tag;
    }
    if (tag[1] == '/') {
      if (open.empty() || open.back() != match[1]) return "closes what is not open: " + tag;
      open.pop_back();
    } else if (match[3].length() == 0) {
      open.push_back(match[1]);
    }
    at += tag.size();
  }
  return open.empty() ? "" : "not closed: " + open.back();
}

/// Every number in the geometry of the drawings is finite, and every id is unique.
inline std::string unsound(const std::string& html) {
  static const std::regex kGeometry(
      R"re(\s(d|x|y|cx|cy|r|width|height|viewBox|transform)="([^"]*)")re");
  static const std::regex kNumbers(R"((translate\(|rotate\(|[MLZ ),]|-?\d+(\.\d+)?(em)?)*)");
  for (std::sregex_iterator it(html.begin(), html.end(), kGeometry), end; it != end; ++it) {
    const std::string value = (*it)[2];
    if (!std::regex_match(value, kNumbers)) return it->str();
  }
  static const std::regex kId(R"re(\sid="([^"]*)")re");
  std::set<std::string> ids;
  for (std::sregex_iterator it(html.begin(), html.end(), kId), end; it != end; ++it) {
    if (!ids.insert((*it)[1]).second) return "id twice: " + it->str();
  }
  return "";
}

/// The page as a browser without scripts sees it: the insides of <script> go.
inline std::string without_scripts(const std::string& html) {
  std::string out;
  std::size_t at = 0;
  for (std::size_t open; (open = html.find("<script", at)) != std::string::npos;) {
    const std::size_t begin = html.find('>', open) + 1;
    out += html.substr(at, begin - at);
    at = html.find("</script>", begin);
  }
  return out + html.substr(at);
}

inline int times(const std::string& text, const std::string& part) {
  int n = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

}  // namespace antigrad::search
