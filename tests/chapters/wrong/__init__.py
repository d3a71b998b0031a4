"""Typical wrong answers to the exercises of each chapter, by exercise and by what is wrong with them.

An answer is an expression over the names that the chapter's code leaves behind, and over the other names of its module
here.
"""
