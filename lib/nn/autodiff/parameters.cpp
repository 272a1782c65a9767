#include "plstm/nn/autodiff/parameters.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/product.hpp>
#include <plstm/core/random.hpp>
#include <plstm/core/shape.hpp>

namespace plstm {

namespace {

constexpr std::size_t kAlignment = 16;  // entries: 64 bytes of float
constexpr std::size_t kMostValues = std::size_t{1}
                                    << 56;  // their bytes, and the padding, still fit into 64 bits

std::uint64_t name_hash(const std::string& name) {  // FNV-1a
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

template <class T>
void fill(const ConstantInit& init, Random&, std::span<T> values) {
  std::ranges::fill(values, static_cast<T>(init.value));
}

template <class T>
void fill(const NormalInit& init, Random& random, std::span<T> values) {
  for (T& value : values) value = static_cast<T>(init.mean + init.std * random.normal());
}

template <class T>
void fill(const IdentityInit& init, Random&, std::span<T> values) {
  std::ranges::fill(values, T(0));
  const auto size = static_cast<std::size_t>(init.size);
  for (std::size_t block = 0; block < static_cast<std::size_t>(init.blocks); ++block) {
    for (std::size_t i = 0; i < size; ++i) values[(block * size + i) * size + i] = static_cast<T>(init.scale);
  }
}

template <class T>
void fill(const RangeInit& init, Random&, std::span<T> values) {
  const auto last = static_cast<double>(values.size()) - 1;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double part = last > 0 ? static_cast<double>(i) / last : 0.5;
    values[i] = static_cast<T>(init.low + part * (init.high - init.low));
  }
}

template <class T>
void fill(const LastInit& init, Random&, std::span<T> values) {
  const auto period = static_cast<std::size_t>(init.period);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = (i + 1) % period == 0 ? static_cast<T>(init.value) : T(0);
  }
}

}  // namespace

NormalInit small_init(std::int64_t fan_in) {
  return {0, std::sqrt(2.0 / (5.0 * static_cast<double>(std::max<std::int64_t>(fan_in, 1))))};
}

ParameterId ParameterLayout::add(std::string name, std::vector<std::int64_t> shape, Initializer init,
                                 bool decays) {
  std::size_t size = 1;
  for (const std::int64_t dimension : shape) {
    if (dimension < 0)
      throw ConfigError(fmt::format("parameter {} has a negative dimension {}", name, dimension));
    const auto extent = static_cast<std::size_t>(dimension);
    if (extent > 0 && size > kMostValues / extent) {
      throw ConfigError(fmt::format("parameter {} has too many values", name));
    }
    size *= extent;
  }
  if (size > kMostValues - total_size_) {
    throw ConfigError(fmt::format("parameter {} and those before it have too many values", name));
  }
  if (const auto* identity = std::get_if<IdentityInit>(&init);
      identity != nullptr &&
      static_cast<std::size_t>(identity->blocks * identity->size * identity->size) != size) {
    throw ConfigError(fmt::format("parameter {} of {} values cannot hold {} identities of {} x {}", name,
                                  size, identity->blocks, identity->size, identity->size));
  }
  if (const auto* last = std::get_if<LastInit>(&init); last != nullptr && last->period < 1) {
    throw ConfigError(
        fmt::format("parameter {} has a period of {}, expected at least 1", name, last->period));
  }
  if (!names_.insert(name).second) throw ConfigError("there are two parameters named " + name);
  infos_.push_back({std::move(name), std::move(shape), total_size_, size, decays, init});
  num_values_ += size;
  total_size_ += (size + kAlignment - 1) / kAlignment * kAlignment;
  return {static_cast<std::int32_t>(infos_.size()) - 1};
}

template <class T>
std::vector<T> initial_values(const ParameterLayout& layout, std::uint64_t seed) {
  std::vector<T> values(layout.total_size(), T(0));
  for (const ParameterInfo& info : layout.infos()) {
    Random random(seed, name_hash(info.name));
    const std::span<T> part = std::span(values).subspan(info.offset, info.size);
    std::visit([&](const auto& init) { fill<T>(init, random, part); }, info.init);
  }
  return values;
}

template <class T>
void transpose_parameters(const ParameterLayout& layout, std::span<const T> values, std::span<T> transposed) {
  const std::span<const ParameterInfo> infos = layout.infos();
  const auto total = static_cast<std::int64_t>(layout.total_size());
  check_size("transpose_parameters", "values", std::ssize(values), total);
  check_size("transpose_parameters", "transposed", std::ssize(transposed), total);
  parallel_for(infos.size(), 4, [&](std::size_t i) {
    const ParameterInfo& info = infos[i];
    if (info.shape.size() < 2 || info.size == 0) return;
    const auto rows = static_cast<Index>(info.shape.front());
    transpose(rows, static_cast<Index>(info.size) / rows, values.data() + info.offset,
              transposed.data() + info.offset);
  });
}

template void transpose_parameters<float>(const ParameterLayout&, std::span<const float>, std::span<float>);
template void transpose_parameters<double>(const ParameterLayout&, std::span<const double>,
                                           std::span<double>);
template std::vector<float> initial_values<float>(const ParameterLayout&, std::uint64_t);
template std::vector<double> initial_values<double>(const ParameterLayout&, std::uint64_t);

}  // namespace plstm
