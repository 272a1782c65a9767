#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <utility>
#include <vector>

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

namespace plstm::python {

namespace nb = nanobind;

/// An array that a function reads: row-major, in main memory, of exactly this type. It may be read-only. The caller, which
/// is the Python code of this package, converts: nanobind would turn 0.7 into 0 where whole numbers are wanted.
template <class T, class... Shape>
using InputArray = nb::ndarray<const T, nb::c_contig, nb::device::cpu, Shape...>;

/// Its elements.
template <class T, class... Options>
std::span<const T> elements(const nb::ndarray<const T, Options...>& array) {
  return {array.data(), array.size()};
}

/// A NumPy array that owns what was a vector. Its shape must have as many elements.
template <class T>
nb::ndarray<nb::numpy, T> to_numpy(std::vector<T> values, std::initializer_list<std::size_t> shape) {
  auto* kept = new std::vector<T>(std::move(values));
  const nb::capsule owner(kept, [](void* memory) noexcept { delete static_cast<std::vector<T>*>(memory); });
  return nb::ndarray<nb::numpy, T>(kept->data(), shape, owner);
}

template <class T>
nb::ndarray<nb::numpy, T> to_numpy(std::vector<T> values) {
  const std::size_t size = values.size();
  return to_numpy(std::move(values), {size});
}

/// A read-only NumPy array of memory that `owner` keeps alive, without a copy.
template <class T>
nb::ndarray<nb::numpy, const T> view(const T* data, std::initializer_list<std::size_t> shape,
                                     nb::handle owner) {
  return nb::ndarray<nb::numpy, const T>(data, shape, owner);
}

template <class T>
nb::ndarray<nb::numpy, const T> view(std::span<const T> values, nb::handle owner) {
  return view(values.data(), {values.size()}, owner);
}

}  // namespace plstm::python
