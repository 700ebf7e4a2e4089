// A file as a stream of bytes, gunzipped when it is gzip; zlib is behind gzip_reader.cpp.
#pragma once
#include <cstddef>
#include <memory>
#include <string>

namespace antigrad::trainer {

class GzipReader {
 public:
  /// Throws space::Error when the file cannot be read or is a folder.
  explicit GzipReader(std::string path);

  /// Up to `size` bytes into `out`, fewer at the end only. Throws space::Error for a truncated or
  /// damaged gzip.
  std::size_t read(void* out, std::size_t size);
  std::size_t position() const { return position_; }  // in what is unpacked

 private:
  struct Close {
    void operator()(void* file) const;
  };
  std::string path_;
  std::unique_ptr<void, Close> file_;
  std::size_t position_ = 0;
};

}  // namespace antigrad::trainer
