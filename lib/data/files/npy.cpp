#include "plstm/data/files/npy.hpp"

#include <bit>
#include <cstddef>
#include <string>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

namespace plstm {
namespace {

constexpr std::size_t kHeaderSize = 128;  // a multiple of 64, with room for the longest number of rows

// Magic string, version, length of what follows, and a dictionary in the words of Python.
std::string header_of(std::int64_t rows, std::int64_t columns) {
  constexpr std::size_t kBefore = 10;
  constexpr char kOrder = std::endian::native == std::endian::little ? '<' : '>';
  std::string dictionary =
      fmt::format("{{'descr': '{}f4', 'fortran_order': False, 'shape': ({}, {}), }}", kOrder, rows, columns);
  dictionary.resize(kHeaderSize - kBefore - 1, ' ');
  const std::size_t length = dictionary.size() + 1;
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(length & 0xFF);
  header += static_cast<char>(length >> 8);
  return header + dictionary + '\n';
}

}  // namespace

NpyWriter::NpyWriter(const std::filesystem::path& path, std::int64_t columns)
    : path_(path), file_(path), columns_(columns) {
  if (columns < 1) throw ShapeError(fmt::format("NpyWriter: {} columns, expected at least 1", columns));
  write_header();
}

void NpyWriter::write_header() {
  const std::string header = header_of(num_rows_, columns_);
  std::ostream& stream = file_.stream();
  if (!stream.seekp(0)) {
    throw FileError(
        fmt::format("{}: a .npy file begins with the number of its rows, which is known at the end, and "
                    "here nothing can be written at the beginning; name an ordinary file",
                    path_.string()));
  }
  stream.write(header.data(), static_cast<std::streamsize>(header.size()));
}

void NpyWriter::write(std::span<const float> rows) {
  const auto columns = static_cast<std::size_t>(columns_);
  if (rows.size() % columns != 0) {
    throw ShapeError(
        fmt::format("NpyWriter: {} values do not fill whole rows of {} columns", rows.size(), columns_));
  }
  const std::span<const std::byte> bytes = std::as_bytes(rows);
  // A char may look at any object.
  file_.stream().write(reinterpret_cast<const char*>(bytes.data()),
                       static_cast<std::streamsize>(bytes.size()));
  if (!file_.stream())
    throw FileError(fmt::format("{}: cannot be written; is the disk full?", path_.string()));
  num_rows_ += static_cast<std::int64_t>(rows.size() / columns);
}

void NpyWriter::commit() {
  write_header();
  file_.commit();
}

}  // namespace plstm
