"""Explorers whose numbers the reader changes: in a notebook with a kernel, and in the built site without one."""

from helpers.widgets.channel_explorer import ChannelExplorer
from helpers.widgets.colour_mixer import ColourMixer
from helpers.widgets.conv_explorer import ConvExplorer
from helpers.widgets.image_kernels import ImageKernels
from helpers.widgets.kernel_learner import KernelLearner
from helpers.widgets.lenet_explorer import LeNetExplorer
from helpers.widgets.network_explorer import NetworkExplorer
from helpers.widgets.pool_explorer import PoolExplorer
from helpers.widgets.quiz import Quiz
from helpers.widgets.receptive_field_explorer import ReceptiveFieldExplorer
from helpers.widgets.shape_puzzle import ShapePuzzle

__all__ = [
    "ChannelExplorer",
    "ColourMixer",
    "ConvExplorer",
    "ImageKernels",
    "KernelLearner",
    "LeNetExplorer",
    "NetworkExplorer",
    "PoolExplorer",
    "Quiz",
    "ReceptiveFieldExplorer",
    "ShapePuzzle",
]
