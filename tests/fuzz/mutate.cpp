#include "mutate.hpp"

namespace antigrad::fuzz {
namespace {

using space::Random;

const char* const kNumbers[] = {"0",     "-1",    "1e308",      "1e-320", "0.5", "99999999999",
                                "1e999", "0x1p3", "2147483648", "nan",    "inf", "-0"};

std::size_t place(const std::string& text, Random& random) {
  return static_cast<std::size_t>(random.below(static_cast<int>(text.size()) + 1));
}

const std::string& any(const std::vector<std::string>& list, Random& random) {
  return list[static_cast<std::size_t>(random.below(static_cast<int>(list.size())))];
}

/// A range of `text` of up to 64 bytes.
std::string range(const std::string& text, Random& random) {
  return text.substr(place(text, random), static_cast<std::size_t>(random.below(64)));
}

void change(std::string& text, const std::vector<std::string>& seeds,
            const std::vector<std::string>& words, Random& random) {
  const std::size_t at = place(text, random);
  switch (random.below(8)) {
    case 0:
      if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << random.below(8)));
      break;
    case 1:
      if (at < text.size()) text[at] = static_cast<char>(random.below(256));
      break;
    case 2: text.erase(at, static_cast<std::size_t>(random.below(16))); break;
    case 3: text.insert(at, range(text, random)); break;
    case 4: text.insert(at, range(any(seeds, random), random)); break;
    case 5: text.insert(at, kNumbers[random.below(static_cast<int>(std::size(kNumbers)))]); break;
    case 6: text = text.substr(0, at) + any(seeds, random).substr(0, 200); break;
    default: text.insert(at, words.empty() ? "\0" : any(words, random));
  }
}

}  // namespace

std::string mutate(const std::vector<std::string>& seeds, const std::vector<std::string>& words,
                   std::size_t longest, Random& random) {
  std::string text = any(seeds, random);
  for (int changes = 1 + random.below(6); changes > 0; --changes) {
    change(text, seeds, words, random);
    if (text.size() > longest) text.resize(longest);
  }
  return text;
}

}  // namespace antigrad::fuzz
