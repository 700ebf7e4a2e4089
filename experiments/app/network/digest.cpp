// OpenSSL's EVP interface over the file, a megabyte at a time.
#include "experiments/app/digest.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <fstream>
#include <memory>
#include <stdexcept>
#include <vector>

using antigrad::app::Digest;

extern "C" void antigrad_digest(const std::string& path, Digest kind, std::string& text) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  bool good = EVP_DigestInit_ex(context.get(), kind == Digest::sha256 ? EVP_sha256() : EVP_md5(),
                                nullptr) == 1;
  std::ifstream file(path, std::ios::binary);
  std::vector<char> buffer(std::size_t{1} << 20);
  while (file.read(buffer.data(), static_cast<std::streamsize>(buffer.size())), file.gcount() > 0)
    good = good && EVP_DigestUpdate(context.get(), buffer.data(),
                                    static_cast<std::size_t>(file.gcount())) == 1;
  if (!file.eof()) throw std::runtime_error(path + ": cannot read the file");
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  good = good && EVP_DigestFinal_ex(context.get(), bytes, &size) == 1;
  if (!good) throw std::runtime_error("OpenSSL does not compute this checksum");
  text.clear();
  for (unsigned i = 0; i < size; ++i) text += fmt::format("{:02x}", bytes[i]);
}
