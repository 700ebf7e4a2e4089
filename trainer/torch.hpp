// The part of libtorch that antigrad uses, included in one place: torch/torch.h takes 25 s a file,
// this 15 s, and as the precompiled header of the trainer it takes them once.
#pragma once
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/nn/module.h>
#include <torch/optim/adamw.h>
#include <torch/optim/sgd.h>
