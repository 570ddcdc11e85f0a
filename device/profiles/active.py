"""The profile that this board runs. Change the one import to build another pump."""

from profiles.therapy_step import *
