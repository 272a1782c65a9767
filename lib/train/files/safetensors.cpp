#include "plstm/train/files/safetensors.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <fstream>
#include <functional>
#include <set>
#include <system_error>
#include <type_traits>
#include <utility>

#include <Eigen/Core>
#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/atomic_file.hpp>

#include "safetensors_header.hpp"

namespace plstm {
namespace {

static_assert(std::endian::native == std::endian::little, "tensors are kept as they lie in the file");

constexpr std::uint64_t kLargestHeader = 100'000'000;  // as in the format's reference implementation

template <class T>
constexpr TensorType type_of() {
  if constexpr (std::is_same_v<T, float>) return TensorType::kF32;
  if constexpr (std::is_same_v<T, double>) return TensorType::kF64;
  if constexpr (std::is_same_v<T, std::uint32_t>) return TensorType::kU32;
  return TensorType::kI64;
}

bool is_whole(TensorType type) {
  return type == TensorType::kI64 || type == TensorType::kU32;
}

/// Checks a caller's tensor, in memory, against its shape.
void check_filled(const Tensor& tensor) {
  std::uint64_t expected = 0;
  try {
    expected = byte_size(tensor.name, tensor.type, tensor.shape);
  } catch (const FileError& error) {
    throw ShapeError(error.what());
  }
  if (tensor.bytes.size() != expected) {
    throw ShapeError(fmt::format("tensor '{}' of shape [{}] holds {} bytes, expected {}", tensor.name,
                                 fmt::join(tensor.shape, ", "), tensor.bytes.size(), expected));
  }
}

template <class Stored, class T>
std::vector<T> converted(const Tensor& tensor) {
  std::vector<Stored> stored(tensor.bytes.size() / sizeof(Stored));
  if (!stored.empty()) std::memcpy(stored.data(), tensor.bytes.data(), tensor.bytes.size());
  if constexpr (std::is_same_v<Stored, T>) return stored;
  std::vector<T> values(stored.size());
  std::ranges::transform(stored, values.begin(), [](Stored value) { return static_cast<T>(value); });
  return values;
}

TensorFile read_contents(const std::filesystem::path& path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  // Opening a FIFO would wait for a writer, and a device may never end.
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    throw FileError("it is not a regular file but a folder, a device or a pipe");
  }
  const std::uint64_t file_size = std::filesystem::file_size(path, error);
  std::ifstream stream(path, std::ios::binary);
  if (!std::filesystem::exists(status)) throw FileError("cannot read it: there is no such file");
  if (error || !stream) throw FileError("cannot read it");

  const auto read = [&stream](void* to, std::uint64_t size) {
    stream.read(static_cast<char*>(to), static_cast<std::streamsize>(size));
    if (!stream) throw FileError("it ends early");
  };
  std::uint64_t header_size = 0;
  if (file_size < sizeof(header_size)) {
    throw FileError(fmt::format("it has {} bytes, too few for the length of a header", file_size));
  }
  read(&header_size, sizeof(header_size));
  const std::uint64_t rest = file_size - sizeof(header_size);
  if (header_size > rest || header_size > kLargestHeader) {
    throw FileError(
        fmt::format("its header should have {} bytes, but {} follow and {} are allowed (is the file "
                    "complete?)",
                    header_size, rest, kLargestHeader));
  }
  std::string json(header_size, ' ');
  read(json.data(), header_size);
  SafetensorsHeader header = parse_safetensors_header(json, rest - header_size);

  TensorFile file{{}, std::move(header.metadata)};
  for (TensorEntry& entry : header.entries) {
    Tensor& tensor =
        file.tensors.emplace_back(Tensor{std::move(entry.name), entry.type, std::move(entry.shape),
                                         std::vector<std::byte>(entry.end - entry.begin)});
    read(tensor.bytes.data(), tensor.bytes.size());
  }
  return file;
}

}  // namespace

template <class T>
Tensor make_tensor(std::string name, std::vector<std::int64_t> shape, std::span<const T> values) {
  const auto bytes = std::as_bytes(values);
  Tensor tensor{std::move(name), type_of<T>(), std::move(shape), {bytes.begin(), bytes.end()}};
  check_filled(tensor);
  return tensor;
}

Tensor make_half_tensor(std::string name, std::vector<std::int64_t> shape, std::span<const float> values) {
  std::vector<Eigen::half> halves(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    halves[i] = Eigen::half(values[i]);
    if (!std::isfinite(static_cast<float>(halves[i])) && std::isfinite(values[i])) {
      throw ConfigError(
          fmt::format("tensor '{}' has {} at its place {}, which is beyond half precision; store it in "
                      "full precision",
                      name, values[i], i));
    }
  }
  const auto bytes = std::as_bytes(std::span(halves));
  Tensor tensor{std::move(name), TensorType::kF16, std::move(shape), {bytes.begin(), bytes.end()}};
  check_filled(tensor);
  return tensor;
}

template <class T>
std::vector<T> tensor_values(const Tensor& tensor) {
  check_filled(tensor);
  constexpr bool kWhole = std::is_integral_v<T>;
  if (kWhole ? tensor.type != type_of<T>() : is_whole(tensor.type)) {
    throw ConfigError(fmt::format("tensor '{}' has type {}, expected {}", tensor.name, name(tensor.type),
                                  kWhole ? name(type_of<T>()) : "F16, F32 or F64"));
  }
  if constexpr (kWhole) {
    return converted<T, T>(tensor);
  } else {
    if (tensor.type == TensorType::kF16) return converted<Eigen::half, T>(tensor);
    return tensor.type == TensorType::kF32 ? converted<float, T>(tensor) : converted<double, T>(tensor);
  }
}

const Tensor& find_tensor(const TensorFile& file, std::string_view name) {
  const auto found = std::find_if(file.tensors.begin(), file.tensors.end(),
                                  [&](const Tensor& tensor) { return tensor.name == name; });
  if (found == file.tensors.end()) throw ConfigError(fmt::format("there is no tensor '{}'", name));
  return *found;
}

void write_safetensors(const std::filesystem::path& path, const TensorFile& file) {
  std::set<std::string_view> names;
  std::vector<const Tensor*> order;
  for (const Tensor& tensor : file.tensors) {
    check_filled(tensor);
    if (tensor.name == "__metadata__") {
      throw ConfigError("write_safetensors: a tensor may not be named __metadata__");
    }
    if (!names.insert(tensor.name).second) {
      throw ConfigError(fmt::format("write_safetensors: two tensors are named '{}'", tensor.name));
    }
    order.push_back(&tensor);
  }
  std::ranges::stable_sort(order, std::greater{}, [](const Tensor* t) { return element_size(t->type); });

  SafetensorsHeader header{{}, file.metadata};
  std::uint64_t at = 0;
  for (const Tensor* tensor : order) {
    header.entries.push_back({tensor->name, tensor->type, tensor->shape, at, at + tensor->bytes.size()});
    at += tensor->bytes.size();
  }
  const std::string text = format_safetensors_header(header);
  const auto size = static_cast<std::uint64_t>(text.size());

  AtomicFile output(path);
  output.stream().write(reinterpret_cast<const char*>(&size), sizeof(size));
  output.stream().write(text.data(), static_cast<std::streamsize>(text.size()));
  for (const Tensor* tensor : order) {
    output.stream().write(reinterpret_cast<const char*>(tensor->bytes.data()),
                          static_cast<std::streamsize>(tensor->bytes.size()));
  }
  output.commit();
}

TensorFile read_safetensors(const std::filesystem::path& path) {
  try {
    return read_contents(path);
  } catch (const FileError& error) {
    throw FileError(fmt::format("{}: not a readable safetensors file: {}", path.string(), error.what()));
  }
}

template Tensor make_tensor<float>(std::string, std::vector<std::int64_t>, std::span<const float>);
template Tensor make_tensor<double>(std::string, std::vector<std::int64_t>, std::span<const double>);
template Tensor make_tensor<std::int64_t>(std::string, std::vector<std::int64_t>,
                                          std::span<const std::int64_t>);
template Tensor make_tensor<std::uint32_t>(std::string, std::vector<std::int64_t>,
                                           std::span<const std::uint32_t>);
template std::vector<float> tensor_values<float>(const Tensor&);
template std::vector<double> tensor_values<double>(const Tensor&);
template std::vector<std::int64_t> tensor_values<std::int64_t>(const Tensor&);
template std::vector<std::uint32_t> tensor_values<std::uint32_t>(const Tensor&);

}  // namespace plstm
