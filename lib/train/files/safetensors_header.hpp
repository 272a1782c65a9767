#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <plstm/train/files/safetensors.hpp>

namespace plstm {

/// Number of bytes of a tensor of that shape; throws FileError for a negative extent or an overflow.
std::uint64_t byte_size(const std::string& name, TensorType type, const std::vector<std::int64_t>& shape);

/// One tensor as the header describes it.
struct TensorEntry {
  std::string name;
  TensorType type = TensorType::kF32;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0;  ///< offsets into the bytes after the header
  std::uint64_t end = 0;
};

struct SafetensorsHeader {
  std::vector<TensorEntry>
      entries;  ///< in the order of their bytes, which they cover without hole or overlap
  std::map<std::string, std::string> metadata;
};

/// Throws FileError (without the name of the file) unless `json` is a valid header of `data_size` bytes of
/// data.
SafetensorsHeader parse_safetensors_header(std::string_view json, std::uint64_t data_size);

/// JSON text, padded with spaces to a multiple of 8. Throws ConfigError for text that is not UTF-8.
std::string format_safetensors_header(const SafetensorsHeader& header);

}  // namespace plstm
