#include "plstm/nn/shared/head_projection.hpp"

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/shape.hpp>

#include "nn/shared/block_linear.hpp"

namespace plstm {

namespace {

void check_options(const std::string& name, const HeadProjectionOptions& o) {
  if (o.in < 1 || o.heads < 1 || o.width < 1 || o.tracking < 1 || o.sub_heads < 1) {
    throw ConfigError(fmt::format(
        "{}: input width {}, heads {}, width {}, tracking width {} and sub-heads {} must be positive", name,
        o.in, o.heads, o.width, o.tracking, o.sub_heads));
  }
  if (o.in % o.sub_heads != 0) {
    throw ConfigError(
        fmt::format("{}: {} sub-heads do not divide the input width {}", name, o.sub_heads, o.in));
  }
  const bool fits = o.sub_heads <= o.heads
                        ? o.heads % o.sub_heads == 0
                        : o.sub_heads % o.heads == 0 && o.width % (o.sub_heads / o.heads) == 0;
  if (!fits) {
    throw ConfigError(
        fmt::format("{}: {} sub-heads do not fit {} heads of width {}", name, o.sub_heads, o.heads, o.width));
  }
}

}  // namespace

HeadProjection add_head_projection(ParameterLayout& layout, const std::string& name,
                                   const HeadProjectionOptions& options) {
  const HeadProjectionOptions& o = options;
  check_options(name, o);
  const Index groups = o.sub_heads <= o.heads ? o.heads / o.sub_heads : 1;
  const Index width = o.heads * o.width / (groups * o.sub_heads);
  const Index part = o.in / o.sub_heads;
  HeadProjection projection{o, {}, {}};
  projection.weight =
      layout.add(name + ".weight", {groups, width, o.tracking, o.sub_heads, part}, small_init(part), true);
  projection.bias = layout.add(name + ".bias", {o.heads, o.width, o.tracking}, ConstantInit{0}, false);
  return projection;
}

template <class T>
Var<T> apply(Tape<T>& tape, const HeadProjection& projection, Var<T> x) {
  const HeadProjectionOptions& o = projection.options;
  check_shape("head_projection", "x", {x.rows, x.cols}, {x.rows, o.in});
  const Index groups = o.sub_heads <= o.heads ? o.heads / o.sub_heads : 1;
  const Index out = o.heads * o.width * o.tracking / (groups * o.sub_heads);
  return block_linear(tape, x, tape.parameter(projection.weight), tape.parameter(projection.bias),
                      {groups, o.sub_heads, out, o.in / o.sub_heads, out * o.in, o.in / o.sub_heads, o.in});
}

template Var<float> apply<float>(Tape<float>&, const HeadProjection&, Var<float>);
template Var<double> apply<double>(Tape<double>&, const HeadProjection&, Var<double>);

}  // namespace plstm
