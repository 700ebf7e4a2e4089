// Reading a token.
#include "experiments/app/token.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "space/error.hpp"

namespace antigrad::app {
namespace {

std::string first_line(const std::string& file) {
  struct stat status {};
  std::ifstream in(file);
  std::string line;
  if (!in || ::stat(file.c_str(), &status) != 0 || !std::getline(in, line))
    throw space::Error({file}, "cannot read a token there");
  if ((status.st_mode & (S_IROTH | S_IWOTH)) != 0)
    throw space::Error({file}, "everybody can read this token; way out: chmod 600 " + file);
  return line;
}

}  // namespace

std::string token_from(const std::string& file) {
  constexpr std::size_t kShortest = 16;
  const char* const variable = std::getenv("ANTIGRAD_TOKEN");
  if (file.empty() && (variable == nullptr || *variable == '\0')) return "";
  std::string token = file.empty() ? variable : first_line(file);
  while (!token.empty() && (token.back() == '\r' || token.back() == ' ')) token.pop_back();
  const bool printable =
      std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < 0x7f; });
  if (token.size() < kShortest || !printable)
    throw space::Error({file.empty() ? "ANTIGRAD_TOKEN" : file},
                       "a token has at least 16 printable characters; for example: openssl rand "
                       "-hex 32");
  return token;
}

}  // namespace antigrad::app
