#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "arrow/images/image_set.hpp"
#include "network.hpp"

namespace plstm::arrow {

/// Scores of a network on some images.
struct TestScore {
  std::int32_t size = 0;  ///< rows and columns of the images
  std::int64_t images = 0;
  double accuracy = 0;
  double loss = 0;  ///< mean binary cross-entropy
  double seconds = 0;
};

struct Evaluation {
  TestScore score;
  std::vector<float> logits;        ///< one for each image
  std::vector<std::int32_t> wrong;  ///< wrongly classified images, ascending
};

Evaluation evaluate(const TrainedNetwork& trained, const ImageSet& set);

/// Writes a contact sheet of the first wrongly classified images with the network's confidence. Images whose arrow
/// hits have green frames. Writes nothing and returns false if no image is wrongly classified.
bool write_wrong_sheet(const std::filesystem::path& path, const ImageSet& set, const Evaluation& evaluation,
                       std::size_t largest_number);

/// Writes a line per image: file or index, label, logit, and whether the network is right.
void write_predictions(const std::filesystem::path& path, const ImageSet& set, const Evaluation& evaluation);

/// A line for each score: size, times the training size, images, accuracy, loss.
std::string format_scores(std::int32_t training_size, std::span<const TestScore> scores);

}  // namespace plstm::arrow
