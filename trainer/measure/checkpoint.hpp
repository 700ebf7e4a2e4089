// A run in a file, from which another process goes on bit for bit.
//
// The file: "antigrad run\n", the version of the format (u32), then entries, then the CRC-32C of
// all that (u32); numbers are little-endian. An entry is a kind (u8), a name and a value: i64, f64,
// text, or a tensor (type u8, rank u8, sizes and strides i64, bytes in the order of memory).
#pragma once
#include <string>

#include "trainer/run.hpp"

namespace antigrad::trainer {

/// Writes the run into `path`: whole or not at all, whatever happens meanwhile; an older file is
/// replaced. Throws space::Error when it cannot be written.
void save_checkpoint(Run& run, const std::string& path);

/// Brings a run, made of the same task, data, activation and seed, to where the file left it. What
/// follows is bit-equal to a run that was never stopped. Throws space::Error "path: ..." for a file
/// that is cut short, damaged, of another version, task, activation, seed, data set or machine; the
/// run cannot be used afterwards.
void load_checkpoint(Run& run, const std::string& path);

}  // namespace antigrad::trainer
