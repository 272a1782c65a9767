#include <plstm/data/graph_file.hpp>

#include "fuzz/input_files.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto path = plstm::fuzz::input_folder().write("graphs.txt", plstm::fuzz::text_of(data, size));
  plstm::fuzz::read_or_refuse([&] { plstm::read_graph_file(path); });
  return 0;
}
