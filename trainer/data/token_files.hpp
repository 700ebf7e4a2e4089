// Files of tokens, one by one, whatever part of a text they hold. For text.cpp and tests: a search
// reads texts through text.hpp.
#pragma once
#include <string>

#include "trainer/data/tokens.hpp"

namespace antigrad::trainer {

/// Every byte of a file is a token; vocabulary 256. Error for an empty or unreadable file.
Tokens read_bytes(const std::string& path);

/// uint16 ids, little-endian; a header as llm.c writes it (1,024 bytes, magic 20240520, version 1,
/// count) is recognised. Error with the offset for an odd length, a wrong count and an id that is
/// not below `vocabulary` (1..65536). Reads the file once to check it.
Tokens read_u16(const std::string& path, int vocabulary);

}  // namespace antigrad::trainer
