#include <cstddef>
#include <span>

#include <plstm/data/files/packed_bytes.hpp>
#include <plstm/learn/pretraining/pretraining_set.hpp>

#include "fuzz/input_files.hpp"
#include "learn/pretraining/block_codec.hpp"

namespace {

// As in the corpus.
plstm::PretrainingHeader small_header() {
  plstm::PretrainingHeader header;
  header.target_names = {"a", "b"};
  header.mean = {1.5, 0};
  header.scale = {2, 1};
  header.node_vocabulary_sizes = {3};
  header.edge_vocabulary_sizes = {2};
  return header;
}

}  // namespace

// The first byte says what follows: 0 a file, else the number of graphs and the bytes of a block, which no mutation
// would reach through its check sum.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  if (data[0] == 0) {
    const auto path = plstm::fuzz::input_folder().write("a.set", plstm::fuzz::text_of(data + 1, size - 1));
    plstm::fuzz::read_or_refuse([&] {
      const plstm::PretrainingSet set(path);
      for (std::int32_t block = 0; block < set.num_blocks(); ++block) set.read(block);
    });
    return 0;
  }
  const auto bytes = std::as_bytes(std::span(data + 2, size - 2));
  plstm::fuzz::read_or_refuse([&] {
    plstm::unpack_block(small_header(), plstm::pack_bytes(bytes), data[1] % (plstm::kBlockGraphs + 1));
  });
  return 0;
}
