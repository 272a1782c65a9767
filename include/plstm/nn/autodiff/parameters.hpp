#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace plstm {

/// How a parameter gets its first values.
struct ConstantInit {
  double value = 0;
};
/// Independent normal values.
struct NormalInit {
  double mean = 0;
  double std = 1;
};
/// `blocks` identity matrices of `size` x `size` one after the other, times `scale`.
struct IdentityInit {
  std::int64_t blocks = 1;
  std::int64_t size = 1;
  double scale = 1;
};
/// Evenly spaced from `low`, the first value, to `high`, the last; a single value is the mean of both.
struct RangeInit {
  double low = 0;
  double high = 0;
};
/// Every `period`-th value, the last of each period, is `value`, the others are zero.
struct LastInit {
  std::int64_t period = 1;
  double value = 1;
};
using Initializer = std::variant<ConstantInit, NormalInit, IdentityInit, RangeInit, LastInit>;

/// Normal with the standard deviation sqrt(2 / (5 fan_in)) of the specification, section 3.
NormalInit small_init(std::int64_t fan_in);

/// Which parameter of a ParameterLayout.
struct ParameterId {
  std::int32_t index = -1;
  bool valid() const noexcept { return index >= 0; }
};

/// Name, shape and place of one parameter in the flat arrays of values and gradients.
struct ParameterInfo {
  std::string name;
  std::vector<std::int64_t> shape;
  std::size_t offset = 0;
  std::size_t size = 0;
  bool decays = true;  ///< false for biases, norm scales and embeddings of gates: no weight decay
  Initializer init;
};

/// The parameters of a model by name. Values and gradients live outside, in flat arrays of total_size()
/// entries, one array per copy, so that an optimizer or a sum over shards is a single loop. Each parameter
/// starts on a multiple of 64 bytes.
class ParameterLayout {
 public:
  /// O(log P) in the number of parameters. Throws ConfigError if the name is taken, a dimension is negative, or the
  /// parameters together have more than 2^56 values: settings of a file can ask for any size.
  ParameterId add(std::string name, std::vector<std::int64_t> shape, Initializer init, bool decays);

  const ParameterInfo& operator[](ParameterId id) const { return infos_[static_cast<std::size_t>(id.index)]; }
  std::span<const ParameterInfo> infos() const noexcept { return infos_; }

  /// Entries of a flat array, padding included.
  std::size_t total_size() const noexcept { return total_size_; }

  /// Numbers that are learned, without padding.
  std::size_t num_values() const noexcept { return num_values_; }

 private:
  std::vector<ParameterInfo> infos_;
  std::set<std::string> names_;
  std::size_t total_size_ = 0;
  std::size_t num_values_ = 0;
};

/// First values of all parameters; padding is zero. Every parameter draws from a stream named by the seed and
/// its own name, so that a parameter more changes no other.
template <class T>
std::vector<T> initial_values(const ParameterLayout& layout, std::uint64_t seed);

/// Every parameter of two or more dimensions as the transpose of the matrix that Tape::parameter makes of it,
/// at the same offset; in parallel. Forward passes read weights this way round. Both spans have total_size()
/// entries; those of other parameters are left alone.
template <class T>
void transpose_parameters(const ParameterLayout& layout, std::span<const T> values, std::span<T> transposed);

}  // namespace plstm
