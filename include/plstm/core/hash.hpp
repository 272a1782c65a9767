#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace plstm {

/// 64-bit FNV-1a hash (Fowler, Noll & Vo) of everything that was added, in order. It is the same on all machines of one
/// byte order. It finds accidents, not forgeries.
class Hash {
 public:
  void add(std::string_view text) {
    add_bytes(text.data(), text.size());
    add_number(text.size());
  }
  void add_number(std::uint64_t value) { add_bytes(&value, sizeof value); }
  template <class T>
  void add_all(std::span<const T> values) {
    static_assert(std::is_arithmetic_v<T>, "padding has no defined value");
    add_bytes(values.data(), values.size_bytes());
    add_number(values.size());
  }

  /// Sixteen hexadecimal digits.
  std::string text() const;

 private:
  void add_bytes(const void* data, std::size_t size) {
    const auto* bytes = static_cast<const unsigned char*>(data);
    for (std::size_t i = 0; i < size; ++i) hash_ = (hash_ ^ bytes[i]) * 0x100000001b3ULL;
  }

  std::uint64_t hash_ = 0xcbf29ce484222325ULL;
};

}  // namespace plstm
