#include <plstm/data/split_file.hpp>

#include "fuzz/input_files.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto path = plstm::fuzz::input_folder().write("split.json", plstm::fuzz::text_of(data, size));
  plstm::fuzz::read_or_refuse([&] { plstm::read_splits(path); });
  return 0;
}
