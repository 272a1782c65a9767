#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <string>
#include <utility>

namespace plstm {

/// The most bytes of a document that is read as a whole, and of one line, after unpacking.
inline constexpr std::size_t kMostDocumentBytes = std::size_t{1} << 30;

/// All that is left of a stream, without a byte order mark. Throws FileError if it cannot be read, or is longer than
/// `most_bytes`, of which no more is ever in memory.
std::string read_document(std::istream& stream, const std::string& name,
                          std::size_t most_bytes = kMostDocumentBytes);

/// Lines of a stream. They end in LF or CR LF; a byte order mark is left out.
class LineReader {
 public:
  /// `stream` must outlive the reader. Messages call it `name`.
  LineReader(std::istream& stream, std::string name) : stream_(stream), name_(std::move(name)) {}

  /// The next line, or false at the end. Throws what read_document throws.
  bool next(std::string& line);

  /// Number of the line, from 1.
  std::int64_t number() const { return number_; }

  /// "<name>:<number>".
  std::string place() const { return name_ + ":" + std::to_string(number_); }

 private:
  std::istream& stream_;
  std::string name_;
  std::int64_t number_ = 0;
};

}  // namespace plstm
