#pragma once

#include <cstddef>
#include <cstdint>

#include <plstm/train/files/safetensors.hpp>

#include "fuzz/input_files.hpp"
#include "train/files/content_digest.hpp"

namespace plstm::fuzz {

/// Calls `load` with the path of a file that holds the input. A digest in the file finds nearly every change, so `load`
/// gets the input again with a digest that fits, and reaches what is behind that check.
template <class Load>
void load_with_any_digest(const std::uint8_t* data, std::size_t size, Load&& load) {
  const auto path = input_folder().write("input.safetensors", text_of(data, size));
  read_or_refuse([&] { load(path); });
  read_or_refuse([&] {
    TensorFile file = read_safetensors(path);
    add_digest(file);
    write_safetensors(path, file);
    load(path);
  });
}

}  // namespace plstm::fuzz
