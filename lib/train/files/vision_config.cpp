#include "plstm/train/files/vision_config.hpp"

#include "config_json.hpp"
#include "tracking_settings.hpp"

namespace plstm {
namespace {

constexpr std::array<Named<VisionBlocks>, 3> kBlockNames{
    {{VisionBlocks::kPd, "pd"}, {VisionBlocks::kP, "p"}, {VisionBlocks::kD, "d"}}};
constexpr std::array<Named<Chirality>, 2> kChiralityNames{
    {{Chirality::kLeft, "left"}, {Chirality::kRight, "right"}}};

constexpr auto for_each_shared_setting = [](auto& c, auto& f) {
  f("image_rows", c.image_rows);
  f("image_cols", c.image_cols);
  f("channels", c.channels);
  f("patch", c.patch);
  f("width", c.width);
  f("heads", c.heads);
  f("positions", c.positions);
  f("outputs", c.outputs);
  f("dropout", c.dropout);
  f("drop_path", c.drop_path);
  f("epsilon", c.epsilon);
  f("pooling", c.pooling, kGridPoolingNames);
};

constexpr auto for_each_model_setting = [](auto& c, auto& f) {
  for_each_shared_setting(c, f);
  f("pairs", c.pairs);
  f("blocks", c.blocks, kBlockNames);
  f("chirality", c.chirality, kChiralityNames);
  f("sub_heads", c.sub_heads);
  for_each_tracking_width(c.tracking, f);
  f("gate_weights", c.gate_weights);
  f("gate_bias", c.gates.gate_bias);
  f("gate_bias_std", c.gates.gate_bias_std);
  f("gate_weight_std", c.gates.gate_weight_std);
  f("angle_low", c.gates.angle_low);
  f("angle_high", c.gates.angle_high);
  f("angle_weight_std", c.gates.angle_weight_std);
  for_each_transition_init(c.gates.transition, f);
  f("eigenvalues", c.eigenvalues, kEigenvalueNames);
  f("transition_norm", c.transition_norm, kTransitionNormNames);
};

// Missing in models written before the setting existed.
constexpr std::array<std::string_view, 1> kAddedLater{"gate_bias_std"};

constexpr std::array<FormerName, 8> kFormerVisionNames{{{"JT", "tracking_state"},
                                                        {"JK", "tracking_key"},
                                                        {"JV", "tracking_value"},
                                                        {"JO", "tracking_output"},
                                                        {"JQ", "tracking_query"},
                                                        {"eigenvalue_weight_std", "transition_weight_std"},
                                                        {"matrix_bias", "transition_matrix_bias"},
                                                        {"matrix_weight_std", "transition_matrix_std"}}};

constexpr auto for_each_transformer_setting = [](auto& c, auto& f) {
  for_each_shared_setting(c, f);
  f("blocks", c.blocks);
};

}  // namespace

std::string to_json(const VisionModelConfig& config) {
  return write_config(config, for_each_model_setting);
}

VisionModelConfig parse_vision_model_config(std::string_view json) {
  return read_config<VisionModelConfig>(json, for_each_model_setting, {kAddedLater, kFormerVisionNames});
}

std::string to_json(const VisionTransformerConfig& config) {
  return write_config(config, for_each_transformer_setting);
}

VisionTransformerConfig parse_vision_transformer_config(std::string_view json) {
  return read_config<VisionTransformerConfig>(json, for_each_transformer_setting);
}

}  // namespace plstm
