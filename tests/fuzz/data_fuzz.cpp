// Readers of images, tokens, tokenizers and graphs: any bytes give data of the promised shape or an
// error that names the file. The first byte of an input chooses the reader, the second splits idx
// pairs.
#include <stdlib.h>

#include <algorithm>
#include <filesystem>

#include "memory_file.hpp"
#include "space/error.hpp"
#include "target.hpp"
#include "trainer/data/graph.hpp"
#include "trainer/data/image_files.hpp"
#include "trainer/data/pre_tokeniser.hpp"
#include "trainer/data/token_files.hpp"
#include "trainer/data/tokenizer.hpp"
#include "trainer/data/tokenizer_files.hpp"

namespace antigrad::fuzz {
namespace {

using namespace trainer;

enum Reader : char {
  kDigits,
  kCifar10,
  kCifar100,
  kIdx,
  kBytes,
  kU16,
  kStl10,
  kVocabulary,
  kMerges,
  kEncode,
  kGraph,
  kReaders
};

void require_images(const Images& images) {
  const auto count = static_cast<std::size_t>(images.count);
  const std::size_t size = static_cast<std::size_t>(images.channels) *
                           static_cast<std::size_t>(images.height) *
                           static_cast<std::size_t>(images.width);
  require(images.count > 0 && size > 0, "no images and no error");
  require(images.pixels.size() == count * size, "pixels do not fill the images");
  require(images.labels.size() == count, "labels do not match the images");
  for (const std::int64_t label : images.labels)
    require(label >= 0 && label < images.classes, fmt::format("label {}", label));
  for (const std::uint8_t pixel : images.pixels)
    require(pixel <= images.white, fmt::format("pixel {}", pixel));
}

void require_tokens(const Tokens& tokens) {
  require(tokens.size() > 0, "no tokens and no error");
  std::vector<std::int64_t> ids(tokens.size());
  tokens.copy(0, ids);
  for (const std::int64_t id : ids)
    require(id >= 0 && id < tokens.vocabulary(), fmt::format("id {}", id));
}

Images read_pair(std::string_view bytes, unsigned split) {
  static MemoryFile images, labels;
  const std::size_t at = std::min<std::size_t>(split, bytes.size());
  return read_idx(images.with(bytes.substr(at)), labels.with(bytes.substr(0, at)));
}

std::string good_vocabulary() {
  std::string text = "{";
  for (int byte = 0; byte < 256; ++byte) {
    const std::string token = spelling_of(static_cast<unsigned char>(byte));
    text += fmt::format("\"{}{}\": {}, ", token == "\"" || token == "\\" ? "\\" : "", token, byte);
  }
  return text + "\"ab\": 256, \"abc\": 257, \"aa\": 258}";
}

void require_encodes(std::string_view text) {
  static const Tokenizer tokenizer = [] {
    MemoryFile vocabulary, merges;
    return Tokenizer::read(vocabulary.with(good_vocabulary()), merges.with("a b\nab c\na a\n"));
  }();
  const std::vector<std::uint16_t> ids = tokenizer.encode(text);
  require(tokenizer.decode(ids) == text, "a text does not come back");
  // Words are encoded one by one: the first is the beginning of the whole.
  if (text.empty()) return;
  const std::vector<std::uint16_t> word = tokenizer.encode(text.substr(0, word_end(text, 0)));
  require(word.size() <= ids.size() && std::equal(word.begin(), word.end(), ids.begin()),
          "a word is encoded otherwise alone");
}

void require_vocabulary(const Vocabulary& vocabulary) {
  require(vocabulary.tokens.size() <= 65536, "an id above 65535");
  for (const auto& [token, id] : vocabulary.ids)
    require(vocabulary.tokens.at(static_cast<std::size_t>(id)) == token, "ids disagree");
}

void require_merges(const std::string& path) {
  static MemoryFile file;
  static const Vocabulary vocabulary = read_vocabulary(file.with(good_vocabulary()));
  for (const Merge& merge : read_merges(path, vocabulary))
    require(vocabulary.tokens[static_cast<std::size_t>(merge.left)] +
                    vocabulary.tokens[static_cast<std::size_t>(merge.right)] ==
                vocabulary.tokens[static_cast<std::size_t>(merge.merged)],
            "a pair merges into another token");
}

/// The four files of a graph, with a form feed between them.
class GraphFiles {
 public:
  GraphFiles() {
    std::string pattern = (std::filesystem::temp_directory_path() / "fuzzXXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~GraphFiles() { std::filesystem::remove_all(folder_); }
  GraphFiles(const GraphFiles&) = delete;
  GraphFiles& operator=(const GraphFiles&) = delete;

  std::string with(std::string_view bytes) {
    for (std::size_t i = 0; i < 4; ++i) {
      const std::size_t end = i < 3 ? std::min(bytes.find('\f'), bytes.size()) : bytes.size();
      const std::string file = files_[i].with(bytes.substr(0, end));
      const std::string name = folder_ + kNames[i];
      if (!std::filesystem::exists(name)) std::filesystem::create_symlink(file, name);
      bytes.remove_prefix(std::min(end + 1, bytes.size()));
    }
    return folder_ + "/g";
  }

 private:
  static constexpr const char* kNames[] = {"/g.meta.txt", "/g.labels_split.csv", "/g.edges.csv",
                                           "/g.features.txt"};
  std::string folder_;
  MemoryFile files_[4];
};

void require_graph(const Graph& graph) {
  const auto nodes = static_cast<std::size_t>(graph.nodes);
  require(graph.feature_begin.size() == nodes + 1, "features do not match the nodes");
  require(graph.feature_begin.back() == graph.feature_index.size(), "features are lost");
  for (const auto& [u, v] : graph.edges)
    require(0 <= u && u < v && v < graph.nodes, fmt::format("edge {},{}", u, v));
  for (const int feature : graph.feature_index)
    require(feature >= 0 && feature < graph.features, fmt::format("feature {}", feature));
  for (const int label : graph.train.labels)
    require(label >= 0 && label < graph.classes, fmt::format("label {}", label));
}

Images read_stl10_pair(std::string_view bytes, std::size_t labels) {
  static MemoryFile image_file, label_file;
  const std::size_t at = std::min(labels, bytes.size());
  return read_stl10(image_file.with(bytes.substr(at)), label_file.with(bytes.substr(0, at)));
}

void read(Reader reader, std::string_view bytes) {
  static MemoryFile file;
  switch (reader) {
    case kDigits: return require_images(read_digits(file.with(bytes)));
    case kCifar10: return require_images(read_cifar(10, {file.with(bytes)}));
    case kCifar100: return require_images(read_cifar(100, {file.with(bytes)}));
    case kIdx: {
      if (bytes.empty()) return;
      return require_images(read_pair(bytes.substr(1), static_cast<unsigned char>(bytes.front())));
    }
    case kBytes: return require_tokens(read_bytes(file.with(bytes)));
    case kStl10: return require_images(read_stl10_pair(bytes, 1));
    case kVocabulary: return require_vocabulary(read_vocabulary(file.with(bytes)));
    case kMerges: return require_merges(file.with(bytes));
    case kEncode: return require_encodes(bytes);
    case kGraph: {
      static GraphFiles files;
      return require_graph(read_graph(files.with(bytes)));
    }
    default: return require_tokens(read_u16(file.with(bytes), 300));
  }
}

std::string idx_pair() {
  const std::string labels{0, 0, 8, 1, 0, 0, 0, 2, 3, 9};
  const std::string images{0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 10, 20, 30, 40};
  return std::string{kIdx, static_cast<char>(labels.size())} + labels + images;
}

std::string llm_c_tokens() {
  std::string text(1024, '\0');
  text.replace(0, 12, std::string{'\x88', '\xd8', '\x34', '\x01', 1, 0, 0, 0, 2, 0, 0, 0});
  return text + std::string{1, 0, 5, 1};
}

}  // namespace

std::vector<std::string> seeds() {
  std::string digits(1, kDigits);
  for (int row = 0; row < 2; ++row) {
    for (int i = 0; i < 64; ++i) digits += "16,";
    digits += "9\n";
  }
  return {digits, std::string(1, kCifar10) + std::string(3073, '\1'),
          std::string(1, kCifar100) + std::string(3074, '\2'), idx_pair(),
          std::string(1, kBytes) + "some text", std::string(1, kU16) + std::string{1, 0, 2, 1},
          std::string(1, kU16) + llm_c_tokens(), std::string(1, kStl10) + std::string(27649, '\3'),
          std::string(1, kVocabulary) + "{\"a\": 0, \"\\u00e9b\\n\": 1}",
          std::string(1, kMerges) + "#version: 0.2\na b\nab c\n",
          std::string(1, kEncode) + "it's  aabc 12\n\n \u00e9 \u4e2d\u6587 '",
          std::string(1, kGraph) +
              "nodes 3\nedges_undirected 1\nfeatures 3\nfeature_nnz 2\nclasses 2\ntrain 1\nval "
              "1\ntest 1\nunlabelled_nodes 0\n\f1,train\n0,val\n1,test\n\f0,2\n\f0 2\n\n\n",
          // "9\n" as gzip, stored: a member that every reader unpacks.
          std::string(1, kDigits) + std::string("\x1f\x8b\x08\0\0\0\0\0\0\3\1\2\0\xfd\xff", 15) +
              "9\n" + std::string("\0\0\0\0\2\0\0\0", 8)};
}

std::vector<std::string> words() {
  return {std::string("\x1f\x8b\x08\0", 4),
          std::string("\0\0\x08\1", 4),
          std::string("\0\0\x08\3", 4),
          "\xff\xff\xff\xff",
          std::string("\0\0\0\1", 4),
          ",",
          "\n",
          "\r\n",
          std::string("\x88\xd8\x34\1", 4),
          "17",
          "\\u",
          "train",
          "none",
          "\f",
          "\xe2\x82\xac",
          " "};
}

void run(std::string_view input) {
  if (input.empty()) return;
  try {
    read(static_cast<Reader>(static_cast<unsigned char>(input.front()) % kReaders),
         input.substr(1));
  } catch (const space::Error& error) {
    require(!error.message().empty() && !error.where().file.empty(),
            "an error without its file: " + std::string(error.what()));
  }
}

}  // namespace antigrad::fuzz
