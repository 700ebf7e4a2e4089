// Every error text that a malformed file gives is the one in tests/golden/data_errors.yaml
// (ANTIGRAD_WRITE_GOLDEN=1 writes the file anew). A case changes one file of a good set.
#include <fmt/format.h>

#include <map>
#include <set>

#include "paths.hpp"
#include "space/yaml.hpp"
#include "tests/data/files.hpp"
#include "tests/data/promotion.hpp"
#include "trainer/data/graph.hpp"
#include "trainer/data/images.hpp"
#include "trainer/data/text.hpp"
#include "trainer/data/tokenizer_files.hpp"
#include "trainer/data/unicode_class.hpp"

namespace antigrad::trainer {
namespace {

const std::string kFile = std::string(ANTIGRAD_TEST_DIR) + "/golden/data_errors.yaml";

using Files = std::map<std::string, std::string>;

struct Case {
  std::string kind, file, content, error;
};

std::string repeated(const std::string& text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

/// "hex 00 ff*3" as bytes; other text is meant as it stands.
std::string bytes_of(const std::string& content) {
  if (!content.starts_with("hex ")) return content;
  std::string bytes;
  for (std::size_t at = 4; at < content.size();) {
    const std::string word = content.substr(at, content.find(' ', at) - at);
    const std::size_t star = word.find('*');
    const int count = star == word.npos ? 1 : std::stoi(word.substr(star + 1));
    bytes.append(static_cast<std::size_t>(count), static_cast<char>(std::stoi(word, nullptr, 16)));
    at += word.size() + 1;
  }
  return bytes;
}

std::string vocabulary() {
  std::string text = "{\n";
  for (int byte = 0; byte < 256; ++byte) {
    const std::string token = spelling_of(static_cast<unsigned char>(byte));
    text += fmt::format("\"{}{}\": {},\n", token == "\"" || token == "\\" ? "\\" : "", token, byte);
  }
  return text + "\"ab\": 256,\n\"abc\": 257\n}\n";
}

/// Good files by the kind of what reads them.
const std::map<std::string, Files>& good() {
  static const std::string digits = repeated("1,", 64), cifar = std::string(3072, '\1'),
                           stl = std::string(27648, '\1');
  static const std::map<std::string, Files> files = {
      {"digits", {{"d.csv", repeated(digits + "1\n", 4)}}},
      {"cifar10",
       {{"data_batch_1.bin", repeated("\1" + cifar, 4)}, {"test_batch.bin", "\1" + cifar}}},
      {"cifar100", {{"train.bin", repeated("\1\1" + cifar, 4)}, {"test.bin", "\1\1" + cifar}}},
      {"stl10",
       {{"train_X.bin", repeated(stl, 4)},
        {"train_y.bin", "\1\2\3\4"},
        {"test_X.bin", stl},
        {"test_y.bin", "\1"}}},
      {"idx",
       {{"train-images-idx3-ubyte", bytes_of("hex 00 00 08 03 00 00 00 04 00 00 00 01 00 00 00 02 "
                                             "07*8")},
        {"train-labels-idx1-ubyte", bytes_of("hex 00 00 08 01 00 00 00 04 01*4")},
        {"t10k-images-idx3-ubyte", bytes_of("hex 00 00 08 03 00 00 00 01 00 00 00 01 00 00 00 02 "
                                            "07*2")},
        {"t10k-labels-idx1-ubyte", bytes_of("hex 00 00 08 01 00 00 00 01 01")}}},
      {"bytes", {{"t.txt", repeated("text ", 80)}, {"test.txt", "more"}}},
      {"tokens_u16",
       {{"t.bin", repeated(bytes_of("hex 01 00"), 400)}, {"test.bin", bytes_of("hex 02 00")}}},
      {"bpe",
       {{"vocab.json", vocabulary()},
        {"merges.txt", "#version: 0.2\na b\nab c\n"},
        {"t.txt", repeated("abcd ", 200)}}},
      {"graph",
       {{"g.meta.txt",
         "nodes 4\nedges_undirected 3\nfeatures 5\nfeature_nnz 4\nclasses 2\ntrain 1\nval 1\n"
         "test 1\nunlabelled_nodes 1\n"},
        {"g.edges.csv", "0,1\n0,3\n1,2\n"},
        {"g.features.txt", "0 4\n\n2\n1\n"},
        {"g.labels_split.csv", "1,train\n0,test\n1,val\n-1,none\n"}}},
  };
  return files;
}

class DataErrorsTest : public FilesTest {
 protected:
  std::string error_of_case(const Case& c) const {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directory(folder_);
    Files files = good().at(c.kind);
    if (!c.file.empty()) files.at(c.file) = changed(files.at(c.file), c.content);
    for (const auto& [name, bytes] : files)
      if (bytes != "(no file)") write(name, bytes);
    std::string error = error_of([&] { read_all(c.kind); });
    const std::size_t at = error.find(folder_);
    return at == error.npos ? error : error.replace(at, folder_.size(), "FOLDER");
  }

 private:
  static std::string changed(const std::string& old, const std::string& content) {
    const std::size_t arrow = content.find(" ==> ");
    if (arrow == content.npos) return bytes_of(content);
    const std::size_t at = old.find(content.substr(0, arrow));
    if (at == old.npos) throw std::logic_error("not a change of the good file: " + content);
    return std::string(old).replace(at, arrow, bytes_of(content.substr(arrow + 5)));
  }

  void read_all(const std::string& kind) const {
    if (kind == "graph") return (void)Promotion::open(read_graph(path("g")).test);
    if (kind == "bytes" || kind == "tokens_u16" || kind == "bpe") {
      const std::string end = kind == "tokens_u16" ? ".bin" : ".txt";
      const TextFiles files{.format = kind,
                            .path = path("t" + end),
                            .test_path = kind == "bpe" ? "" : path("test" + end),
                            .vocabulary = 10,
                            .tokenizer = folder_};
      return (void)Promotion::open(read_text(files).cut({.validation = 0.4, .test = 0}).test);
    }
    const ImageParts parts = read_images(kind, kind == "digits" ? path("d.csv") : folder_)
                                 .cut({.validation = 0.25, .test = 0.25}, 1);
    (void)Promotion::open(parts.test);
  }
};

std::vector<Case> golden() {
  std::vector<Case> cases;
  for (const space::Yaml& item : space::Yaml::load_file(kFile).items()) {
    item.allow({"kind", "file", "content", "error"});
    cases.push_back({item.at("kind").text(), item.at("file").text(), item.at("content").text(),
                     item.at("error").text()});
  }
  return cases;
}

/// In YAML's double quotes.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_code_point(text, at);
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' ? "\\n" : c == '\t' ? "\\t" : c == '\r' ? "\\r" : utf8(c);
  }
  return out + '"';
}

TEST_F(DataErrorsTest, EveryMalformedFileHasItsGoldenText) {
  const std::vector<Case> cases = golden();
  EXPECT_GE(cases.size(), 60u);
  const char* const anew = std::getenv("ANTIGRAD_WRITE_GOLDEN");
  if (anew != nullptr && std::string(anew) == "1") {
    std::string text, line;
    std::ifstream old(kFile);
    while (std::getline(old, line) && line.starts_with('#')) text += line + "\n";
    for (const Case& c : cases)
      text += fmt::format("- {{kind: {}, file: {}, content: {},\n   error: {}}}\n", c.kind, c.file,
                          quoted(c.content), quoted(error_of_case(c)));
    std::ofstream(kFile) << text;
  }
  std::set<std::string> seen;
  for (const Case& c : golden()) {
    EXPECT_EQ(error_of_case(c), c.error) << c.kind << ": " << c.content;
    EXPECT_NE(c.error, "(no error)") << c.kind << ": " << c.content;
    EXPECT_TRUE(seen.insert(c.kind + c.file + c.content).second) << "twice: " << c.content;
  }
}

TEST_F(DataErrorsTest, TheGoodFilesAreReadWithoutAnError) {
  for (const auto& [kind, files] : good())
    EXPECT_EQ(error_of_case({kind, "", "", ""}), "(no error)") << kind;
}

}  // namespace
}  // namespace antigrad::trainer
