// Checksums of files, with OpenSSL's libcrypto behind network/digest.cpp.
#pragma once
#include <string>

namespace antigrad::app {

enum class Digest { sha256, md5 };

/// Lower-case hexadecimal. Throws std::runtime_error when the file cannot be read.
std::string digest(const std::string& path, Digest kind);

}  // namespace antigrad::app

/// Entry point of libantigrad_network.so, behind digest.
extern "C" void antigrad_digest(const std::string& path, antigrad::app::Digest kind,
                                std::string& text);
