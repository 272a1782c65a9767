#pragma once

#include <filesystem>

#include <gtest/gtest.h>

#include <plstm/core/random.hpp>
#include <plstm/learn/pretraining/pretrain.hpp>

#include "learn/pretraining/code_graphs.hpp"
#include "support/seed.hpp"
#include "support/temporary_folder.hpp"

namespace plstm::test {

/// A set of 700 graphs in a file, and a network that learns it in a moment.
class SmallPretraining : public ::testing::Test {
 protected:
  SmallPretraining() : random_(kSeed), path_(folder_ / "a.set") {
    write_set(path_, make_code_graphs(700, random_));
    options_.model.body = StmBody{.blocks = "PD", .heads = 2};
    options_.model.width = 8;
    options_.model.edge_encoder = true;
    options_.model.pooling = Pooling::kSum;
    options_.epochs = 15;
    options_.batch_size = 32;
    options_.learning_rate = 2e-2;
    options_.validation_blocks = 1;
  }

  Random random_;
  TemporaryFolder folder_;
  std::filesystem::path path_;
  PretrainOptions options_;
};

}  // namespace plstm::test
