#include <plstm/train/files/vision_model_file.hpp>

#include "fuzz/digested_file.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  plstm::fuzz::load_with_any_digest(data, size, [](const auto& path) { plstm::load_vision_model(path); });
  return 0;
}
