/** Where the file of the answer threads is: beside this module, also in a bundle. */
import { threadFile } from '../../../shared/threads.ts';

export const answerThreadFile: URL = threadFile(import.meta.url, 'answer-thread');
