#pragma once

#include <span>
#include <string>

#include <plstm/nn/autodiff/tape.hpp>

namespace plstm {

/// y = x W^T + b with x [rows, in], W [out, in] and, if `bias.value` is not null, b [1, out].
template <class T>
Var<T> linear(Tape<T>& tape, Var<T> x, Var<T> weight, Var<T> bias = {});

/// y = x W[:, first_column .. first_column + x.cols)^T + b: the part of a linear map that belongs to some of
/// its concatenated inputs. The concatenation itself is never made.
template <class T>
Var<T> linear_columns(Tape<T>& tape, Var<T> x, Var<T> weight, Index first_column, Var<T> bias = {});

/// Part of a linear map: columns first_column .. of the weight [out, in], and a bias if `bias.value` is not
/// null.
template <class T>
struct LinearPart {
  Var<T> weight;
  Index first_column = 0;
  Var<T> bias = {};
};

/// [y_1, y_2, ...] side by side with y_i = x W_i[:, first_column_i .. first_column_i + x.cols)^T + b_i: one
/// product for maps that are too narrow for one each.
template <class T>
Var<T> linear_stack(Tape<T>& tape, Var<T> x, std::span<const LinearPart<T>> parts);

/// gelu(x W^T + b), as linear() and activate() give it, in less time and memory.
template <class T>
Var<T> linear_gelu(Tape<T>& tape, Var<T> x, Var<T> weight, Var<T> bias);

/// Parameters of a linear map.
struct LinearLayer {
  ParameterId weight;  ///< [out, in]
  ParameterId bias;    ///< [out]; not valid: none
};

struct LinearInit {
  Initializer weight;
  Initializer bias = ConstantInit{0};
};

/// Adds "<name>.weight" and, if wanted, "<name>.bias". Weights decay, biases do not.
LinearLayer add_linear(ParameterLayout& layout, const std::string& name, Index in, Index out, bool bias,
                       const LinearInit& init);

/// The same with the small initialisation of the specification.
LinearLayer add_linear(ParameterLayout& layout, const std::string& name, Index in, Index out, bool bias);

template <class T>
Var<T> apply(Tape<T>& tape, const LinearLayer& layer, Var<T> x);

}  // namespace plstm
