#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plstm {

enum class TensorType { kF32, kF64, kI64, kF16, kU32 };

/// "F16", "F32", "F64", "I64" or "U32".
std::string_view name(TensorType type);

/// Bytes of one element.
std::size_t element_size(TensorType type);

/// A named array, row-major, little-endian.
struct Tensor {
  std::string name;
  TensorType type = TensorType::kF32;
  std::vector<std::int64_t> shape;  ///< [] is one number
  std::vector<std::byte> bytes;

  friend bool operator==(const Tensor&, const Tensor&) = default;
};

/// Contents of a file in the safetensors format (version 0.x): 8 bytes length of the header, little-endian;
/// the header, JSON padded with spaces to a multiple of 8; the bytes of the tensors without holes.
struct TensorFile {
  std::vector<Tensor> tensors;
  std::map<std::string, std::string> metadata;

  friend bool operator==(const TensorFile&, const TensorFile&) = default;
};

/// T is float, double, std::int64_t or std::uint32_t. Throws ShapeError if the values do not fill the shape.
template <class T>
Tensor make_tensor(std::string name, std::vector<std::int64_t> shape, std::span<const T> values);

/// Numbers rounded to half precision (IEEE 754 binary16), type F16. Throws ConfigError naming the tensor for a number
/// that half precision cannot hold, beyond 65504; ShapeError as make_tensor.
Tensor make_half_tensor(std::string name, std::vector<std::int64_t> shape, std::span<const float> values);

/// The elements as T (float, double, std::int64_t or std::uint32_t); floating-point types convert into each other. Throws
/// ConfigError naming the tensor for any other pair of types, ShapeError if bytes and shape disagree.
template <class T>
std::vector<T> tensor_values(const Tensor& tensor);

/// The tensor of that name; throws ConfigError if there is none. O(number of tensors).
const Tensor& find_tensor(const TensorFile& file, std::string_view name);

/// Writes atomically. Equal contents give equal bytes; types of 8 bytes come first, so that every tensor is
/// aligned, otherwise in the given order. Throws FileError if that fails, ConfigError for a name twice, the
/// name "__metadata__" or text that is not UTF-8, ShapeError if bytes and shape disagree.
void write_safetensors(const std::filesystem::path& path, const TensorFile& file);

/// Reads a whole file, tensors in the order of their bytes. Any input gives a valid result or FileError
/// naming the file and what is wrong; memory stays within a small multiple of the size of the file.
TensorFile read_safetensors(const std::filesystem::path& path);

extern template Tensor make_tensor<float>(std::string, std::vector<std::int64_t>, std::span<const float>);
extern template Tensor make_tensor<double>(std::string, std::vector<std::int64_t>, std::span<const double>);
extern template Tensor make_tensor<std::int64_t>(std::string, std::vector<std::int64_t>,
                                                 std::span<const std::int64_t>);
extern template Tensor make_tensor<std::uint32_t>(std::string, std::vector<std::int64_t>,
                                                  std::span<const std::uint32_t>);
extern template std::vector<float> tensor_values<float>(const Tensor&);
extern template std::vector<double> tensor_values<double>(const Tensor&);
extern template std::vector<std::int64_t> tensor_values<std::int64_t>(const Tensor&);
extern template std::vector<std::uint32_t> tensor_values<std::uint32_t>(const Tensor&);

}  // namespace plstm
