#include <sstream>
#include <string>

#include <plstm/data/dags/formats/aiger.hpp>

#include "fuzz/input_files.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::istringstream stream{std::string(plstm::fuzz::text_of(data, size))};
  plstm::fuzz::read_or_refuse([&] { plstm::dag_of(plstm::read_aiger(stream, "input")); });
  return 0;
}
