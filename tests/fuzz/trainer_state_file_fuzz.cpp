#include <plstm/train/files/trainer_state_file.hpp>

#include "fuzz/digested_file.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  plstm::fuzz::load_with_any_digest(data, size, [](const auto& path) { plstm::load_trainer_state(path); });
  return 0;
}
