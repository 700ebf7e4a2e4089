// Strict YAML on top of yaml-cpp 0.7, which by itself keeps the first of two equal keys, reads 010
// as 8 and yes as true. A document is walked once when it is loaded (keys, size); scalars are read
// here from their text, not by yaml-cpp.
#include "space/yaml.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

namespace antigrad::space {

/// The file's name, and the access of this file's functions to a view's node.
struct Yaml::Document {
  std::string name;

  static const YAML::Node& node(const Yaml& yaml) {
    return *static_cast<const YAML::Node*>(yaml.node_.get());
  }
  static Yaml view(std::shared_ptr<const Document> document, const YAML::Node& node) {
    Yaml yaml;
    yaml.document_ = std::move(document);
    yaml.node_ = std::make_shared<YAML::Node>(node);
    return yaml;
  }
  static Where place(const std::string& name, const YAML::Mark& mark) {
    if (mark.is_null()) return {name, 0, 0};
    return {name, mark.line + 1, mark.column + 1};
  }
};

namespace {

constexpr int kMaxDepth = 50;
constexpr int kMaxNodes = 100'000;  // aliases of aliases grow without bound

std::string kind(const YAML::Node& node) {
  if (node.IsMap()) return "a map";
  if (node.IsSequence()) return "a list";
  if (node.IsScalar()) return '"' + node.Scalar() + '"';
  return "nothing";
}

/// Quotes (and block text) carry the tag "!", plain scalars "?".
bool plain(const YAML::Node& node) { return node.IsScalar() && node.Tag() == "?"; }

/// Where a second document begins. (YAML::LoadAll never ends on a stray "," or "}": it takes it for
/// one empty document after another.)
class SecondDocument : public YAML::EventHandler {
 public:
  explicit SecondDocument(const std::string& text) : in_(text) {
    YAML::Parser parser(in_);
    for (int i = 0; i < 2 && parser.HandleNextDocument(*this); ++i) ++count_;
  }
  bool there() const { return count_ > 1; }
  const YAML::Mark& mark() const { return mark_; }

 private:
  using Mark = YAML::Mark;
  void OnDocumentStart(const Mark& mark) override { mark_ = mark; }
  void OnDocumentEnd() override {}
  void OnNull(const Mark&, YAML::anchor_t) override {}
  void OnAlias(const Mark&, YAML::anchor_t) override {}
  void OnScalar(const Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}

  std::istringstream in_;
  int count_ = 0;
  YAML::Mark mark_;
};

/// Walks a document once: keys are scalars and differ, no tags, no endless aliases.
class Checker {
 public:
  explicit Checker(const std::string& name) : name_(name) {}

  void check(const YAML::Node& node, int depth) {
    if (++nodes_ > kMaxNodes || depth > kMaxDepth) {
      fail(node, fmt::format("the document is too large: more than {} nodes or {} levels "
                             "(aliases count each time they are used)",
                             kMaxNodes, kMaxDepth));
    }
    if (node.Tag().size() > 1)
      fail(node, fmt::format("tag {}: tags are not read; remove it", node.Tag()));
    if (node.IsSequence()) {
      for (const YAML::Node& item : node) check(item, depth + 1);
    } else if (node.IsMap()) {
      check_map(node, depth);
    }
  }

 private:
  void check_map(const YAML::Node& map, int depth) {
    std::set<std::string> seen;
    for (const auto& entry : map) {
      if (!entry.first.IsScalar()) {
        fail(entry.first, fmt::format("key is {}, expected text", kind(entry.first)));
      }
      const std::string& key = entry.first.Scalar();
      if (!seen.insert(key).second) {
        fail(entry.first,
             fmt::format("key \"{}\" stands twice in one map; keep one of the two", key));
      }
      check(entry.second, depth + 1);
    }
  }
  [[noreturn]] void fail(const YAML::Node& node, const std::string& message) const {
    const YAML::Mark mark = node.Mark();
    throw Error(mark.is_null() ? Where{name_} : Where{name_, mark.line + 1, mark.column + 1},
                message);
  }

  const std::string& name_;
  int nodes_ = 0;
};

YAML::Node find(const YAML::Node& map, std::string_view key) {
  for (const auto& entry : map) {
    if (entry.first.Scalar() == key) return entry.second;
  }
  return YAML::Node(YAML::NodeType::Undefined);
}

bool leading_zero(std::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  return text.size() > 1 && text[0] == '0' &&
         std::isdigit(static_cast<unsigned char>(text[1])) != 0;
}

/// All of `text` as a T, or false.
template <class T>
bool read_all(std::string_view text, T& value) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

std::string flow_of(const YAML::Node& node) {
  std::string text;
  const auto add = [&text](const std::string& item) { text += text.empty() ? item : ", " + item; };
  if (node.IsMap()) {
    for (const auto& entry : node) add(entry.first.Scalar() + ": " + flow_of(entry.second));
    return "{" + text + "}";
  }
  if (node.IsSequence()) {
    for (const YAML::Node& item : node) add(flow_of(item));
    return "[" + text + "]";
  }
  if (!node.IsScalar()) return "";
  return plain(node) ? node.Scalar() : fmt::format("{:?}", node.Scalar());
}

bool looks_like_other_type(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  static const std::set<std::string> words = {"yes", "no", "on", "off", "true", "false", "null"};
  return words.contains(text);
}

}  // namespace

Yaml Yaml::load_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(Where{path}, "cannot read the file; check the path and its permissions");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (file.bad()) throw Error(Where{path}, "cannot read the file: is it a folder?");
  return parse(text, path);
}

Yaml Yaml::parse(std::string_view text, const std::string& name) {
  auto document = std::make_shared<Document>(Document{name});
  try {
    const std::string copy(text);
    if (const SecondDocument second(copy); second.there()) {
      throw Error(Document::place(name, second.mark()),
                  "several documents, expected one: a second \"---\", or a stray \",\", \"}\" or "
                  "\"]\" after the first");
    }
    const YAML::Node root = YAML::Load(copy);
    if (root.IsNull()) throw Error(Where{name}, "the document is empty, expected a map or a list");
    Checker(name).check(root, 0);
    return Document::view(document, root);
  } catch (const YAML::Exception& error) {
    throw Error(Document::place(name, error.mark), "not YAML: " + error.msg);
  }
}

std::string Yaml::flow() const { return flow_of(Document::node(*this)); }

bool Yaml::is_map() const { return Document::node(*this).IsMap(); }
bool Yaml::is_list() const { return Document::node(*this).IsSequence(); }
bool Yaml::is_scalar() const { return Document::node(*this).IsScalar(); }

Where Yaml::where() const { return Document::place(document_->name, Document::node(*this).Mark()); }

void Yaml::fail(const std::string& message) const { throw Error(where(), message); }

Yaml Yaml::at(std::string_view key) const {
  const YAML::Node& node = Document::node(*this);
  if (!node.IsMap())
    fail(fmt::format("got {}, expected a map with the key \"{}\"", kind(node), key));
  const YAML::Node value = find(node, key);
  if (value.IsDefined()) return Document::view(document_, value);
  fail(fmt::format("key \"{}\" is missing; this map has: {}", key, fmt::join(keys(), ", ")));
}

bool Yaml::has(std::string_view key) const {
  const YAML::Node& node = Document::node(*this);
  return node.IsMap() && find(node, key).IsDefined();
}

std::vector<std::string> Yaml::keys() const {
  const YAML::Node& node = Document::node(*this);
  if (!node.IsMap()) fail(fmt::format("got {}, expected a map", kind(node)));
  std::vector<std::string> keys;
  for (const auto& entry : node) keys.push_back(entry.first.Scalar());
  return keys;
}

void Yaml::allow(const std::vector<std::string>& known) const {
  const YAML::Node& node = Document::node(*this);
  if (!node.IsMap()) fail(fmt::format("got {}, expected a map", kind(node)));
  for (const auto& entry : node) {
    const std::string& key = entry.first.Scalar();
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    std::string hint = did_you_mean(key, known);
    if (hint.empty()) hint = fmt::format(" expected one of: {}", fmt::join(known, ", "));
    throw Error(Document::place(document_->name, entry.first.Mark()),
                fmt::format("unknown key \"{}\";{}", key, hint));
  }
}

std::vector<Yaml> Yaml::items() const {
  const YAML::Node& node = Document::node(*this);
  if (!node.IsSequence()) fail(fmt::format("got {}, expected a list", kind(node)));
  std::vector<Yaml> items;
  for (const YAML::Node& item : node) items.push_back(Document::view(document_, item));
  return items;
}

std::string Yaml::text() const {
  const YAML::Node& node = Document::node(*this);
  if (!node.IsScalar()) fail(fmt::format("got {}, expected text", kind(node)));
  if (plain(node) && looks_like_other_type(node.Scalar())) {
    fail(fmt::format("got {0} without quotes, expected text; write \"{0}\"", node.Scalar()));
  }
  return node.Scalar();
}

double Yaml::number() const {
  const YAML::Node& node = Document::node(*this);
  double value = 0;
  if (plain(node) && leading_zero(node.Scalar())) {
    fail(fmt::format(
        "got {}, which other readers take for octal; expected a number without leading zeros",
        node.Scalar()));
  }
  if (!plain(node) || !read_all(node.Scalar(), value) || !std::isfinite(value)) {
    fail(fmt::format("got {}, expected a finite number such as 3, 0.1 or 1e-3", kind(node)));
  }
  return value;
}

std::int64_t Yaml::integer() const {
  const YAML::Node& node = Document::node(*this);
  std::int64_t value = 0;
  if (plain(node) && leading_zero(node.Scalar())) {
    fail(fmt::format(
        "got {}, which other readers take for octal; expected a number without leading zeros",
        node.Scalar()));
  }
  if (!plain(node) || !read_all(node.Scalar(), value)) {
    fail(fmt::format("got {}, expected a whole number such as 40", kind(node)));
  }
  return value;
}

std::int64_t Yaml::integer(std::int64_t lo, std::int64_t hi) const {
  const std::int64_t value = integer();
  if (value < lo || value > hi)
    fail(fmt::format("got {}, expected a whole number from {} to {}", value, lo, hi));
  return value;
}

double Yaml::number(double lo, double hi) const {
  const double value = number();
  if (value < lo || value > hi)
    fail(fmt::format("got {}, expected a number from {} to {}", value, lo, hi));
  return value;
}

bool Yaml::boolean() const {
  const YAML::Node& node = Document::node(*this);
  if (plain(node) && node.Scalar() == "true") return true;
  if (plain(node) && node.Scalar() == "false") return false;
  fail(fmt::format("got {}, expected true or false", kind(node)));
}

std::string Yaml::text_or(std::string_view key, const std::string& fallback) const {
  return has(key) ? at(key).text() : fallback;
}
double Yaml::number_or(std::string_view key, double fallback) const {
  return has(key) ? at(key).number() : fallback;
}
std::int64_t Yaml::integer_or(std::string_view key, std::int64_t fallback) const {
  return has(key) ? at(key).integer() : fallback;
}
bool Yaml::boolean_or(std::string_view key, bool fallback) const {
  return has(key) ? at(key).boolean() : fallback;
}

std::size_t offset_of(const Where& where, std::string_view text) {
  std::size_t at = 0;
  for (int line = 1; line < where.line; ++line) at = text.find('\n', at) + 1;
  return at + static_cast<std::size_t>(where.column - 1);
}

}  // namespace antigrad::space
