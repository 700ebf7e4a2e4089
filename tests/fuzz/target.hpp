// What every fuzz target says about itself; one program each (tests.cmake). Linked with libFuzzer
// it is a fuzzer, with driver.cpp a test that runs its seeds and seeded mutations of them.
#pragma once
#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace antigrad::fuzz {

/// What a target found: a promise of the code under test that does not hold for the input.
class Finding : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

inline void require(bool holds, const std::string& promise) {
  if (!holds) throw Finding(promise);
}

/// Inputs to begin with, most of them valid.
std::vector<std::string> seeds();

/// Pieces of text that mutations insert.
std::vector<std::string> words();

/// Throws Finding, or anything that is not a space::Error, for an input that is handled wrongly.
void run(std::string_view input);

}  // namespace antigrad::fuzz
